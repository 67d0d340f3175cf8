import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationOptions } from 'class-validator';

const REDACTED = '[secret]';

/** Where a secret comes from: a file, whose last line feed does not count, or a variable of the environment. */
export type SecretSource = { readonly file: string } | { readonly env: string };

/** A secret that the configuration names and does not hold. It shows its value to `read` alone: a log of it says `[secret]`. */
export class Secret {
  readonly #source: SecretSource;

  constructor(source: SecretSource) {
    this.#source = source;
  }

  /** The value, read anew each time, so that a file which is replaced counts. @throws Error where it is not there or empty */
  async read(): Promise<string> {
    const source = this.#source;
    if ('env' in source) {
      const value = process.env[source.env];
      if (value === undefined || value === '') throw new Error(`the environment has no ${source.env}`);
      return value;
    }
    const text = (await readFile(source.file, 'utf8')).replace(/\r?\n$/, '');
    if (text === '') throw new Error(`${source.file} is empty`);
    return text;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

/** Where `value` says what a secret comes from, `undefined` otherwise. */
export function parseSecretSource(value: unknown): SecretSource | undefined {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return undefined;
  if ('file' in value && isText(value.file)) return { file: value.file };
  return 'env' in value && isText(value.env) ? { env: value.env } : undefined;
}

/** A property of a plugin's configuration that is a Secret, written `{ "file": path }` or `{ "env": name }`. */
export function IsSecret(options?: ValidationOptions): PropertyDecorator {
  const transform = Transform(({ value }: { readonly value: unknown }) => {
    const source = parseSecretSource(value);
    return source ? new Secret(source) : value;
  });
  const validate = ValidateBy(
    {
      name: 'isSecret',
      validator: {
        validate: (value) => value instanceof Secret,
        defaultMessage: () => '{ "file": path } or { "env": name of a variable }',
      },
    },
    options,
  );
  return (target, property) => {
    transform(target, property);
    validate(target, property);
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
