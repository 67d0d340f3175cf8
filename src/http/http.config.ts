import 'reflect-metadata';
import { type Duration, IsDuration, milliseconds } from '@berth/sdk';
import { Transform, Type } from 'class-transformer';
import { IsArray, IsIn, IsNotEmpty, IsOptional, IsString, Matches, ValidateBy, ValidateNested } from 'class-validator';
import { TlsConfig } from './tls.config.js';

const ADDRESS = { message: 'an address such as "127.0.0.1", or "0.0.0.0" for every one of this machine' };
const COMPAT = { message: 'a list of "docker2s2" and nothing else' };

/** Zot writes the port as a string, "8080", and takes "" and "0" for any free port. */
function IsPort(): PropertyDecorator {
  const transform = Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^[0-9]{0,5}$/.test(value) ? Number(value) : value,
  );
  const validate = ValidateBy({
    name: 'isPort',
    validator: {
      validate: (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535,
      defaultMessage: () => '$property must be a port from 1 to 65535, or 0 for any that is free',
    },
  });
  return (target, property) => {
    transform(target, property);
    validate(target, property);
  };
}

/** Zot takes a time-out of zero or below for "none". Stands below `@IsDuration()`, so that it sees milliseconds. */
const BelowZeroIsNone = Transform(({ value }: { value: unknown }) =>
  typeof value === 'number' ? Math.max(0, value) : value,
);

/** `http`: where the server listens and how long it waits. Durations are milliseconds. */
export class HttpConfig {
  @IsString(ADDRESS)
  @IsNotEmpty(ADDRESS)
  address = '127.0.0.1';

  /** 0: the kernel chooses. */
  @IsPort()
  port = 8080;

  @IsOptional()
  @ValidateNested()
  @Type(() => TlsConfig)
  tls?: TlsConfig;

  /** Docker's media types are always on; the list is read so that a zot file is served as it is. */
  @IsArray(COMPAT)
  @IsIn(['docker2s2'], { each: true, ...COMPAT })
  compat: string[] = [];

  /** The value of Access-Control-Allow-Origin; none is sent without it. It goes into a header as it stands. */
  @IsOptional()
  @IsString()
  @Matches(/^[\x21-\x7e]*$/, { message: 'an origin such as "https://example.com", or "*"' })
  allowOrigin?: string;

  /** Bounds a whole request with its body; absent or 0: no bound. */
  @IsOptional()
  @IsDuration()
  @BelowZeroIsNone
  readTimeout?: Duration;

  /** Bounds a whole response; absent or 0: no bound. */
  @IsOptional()
  @IsDuration()
  @BelowZeroIsNone
  writeTimeout?: Duration;

  /** A body or a response that is silent for so long is closed. */
  @IsDuration()
  idleTimeout: Duration = milliseconds(60_000);

  /** How long a server that was told to stop waits for running transfers. */
  @IsDuration()
  drainTimeout: Duration = milliseconds(30_000);
}
