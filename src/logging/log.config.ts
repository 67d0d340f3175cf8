import { Transform } from 'class-transformer';
import { IsNotEmpty, IsOptional, IsString, ValidateBy } from 'class-validator';

/** The level below which nothing is written, in pino's words. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** The words a zot file may use. To zot, fatal and panic are error: a stricter reading would hide errors. */
const LEVELS: Readonly<Record<string, LogLevel>> = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  fatal: 'error',
  panic: 'error',
};
const NAMES = Object.keys(LEVELS);
const FILE = { message: 'the path of a file' };

function IsLogLevel(): PropertyDecorator {
  const transform = Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && NAMES.includes(value) ? LEVELS[value] : value,
  );
  const validate = ValidateBy({
    name: 'isLogLevel',
    constraints: [NAMES],
    validator: {
      validate: (value: unknown) => typeof value === 'string' && NAMES.includes(value),
      defaultMessage: () => `$property must be one of ${NAMES.join(', ')}`,
    },
  });
  return (target, property) => {
    transform(target, property);
    validate(target, property);
  };
}

/** `log`: what is written, and where. */
export class LogConfig {
  @IsLogLevel()
  level: LogLevel = 'info';

  /** The file that takes the log; without it, standard output. */
  @IsOptional()
  @IsString(FILE)
  @IsNotEmpty(FILE)
  output?: string;

  /** The file that takes every successful write and every refusal; without it, no audit log. */
  @IsOptional()
  @IsString(FILE)
  @IsNotEmpty(FILE)
  audit?: string;
}
