import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationOptions } from 'class-validator';

declare const byteSizeBrand: unique symbol;

/** Bytes, written in a configuration as "10GB" (powers of 1000), "10GiB" (powers of 1024) or a bare number. */
export type ByteSize = number & { readonly [byteSizeBrand]: never };

/** What `parseByteSize` takes: for a JSON Schema. */
export const BYTE_SIZE_PATTERN = '^([0-9]+(\\.[0-9]+)?) ?(([KMGTPkmgtp])([Ii])?)?[Bb]?$';

const PREFIXES = ['', 'K', 'M', 'G', 'T', 'P'];
const BYTE_SIZE = new RegExp(BYTE_SIZE_PATTERN);

/**
 * `text` as a size, or `undefined` where it is none or too large to count exactly. "10G" and "10GB" are powers of 1000,
 * "10Gi" and "10GiB" of 1024; case does not matter. A fraction of a byte is rounded.
 */
export function parseByteSize(text: string): ByteSize | undefined {
  const match = BYTE_SIZE.exec(text);
  if (!match) return undefined;
  const base = match[5] ? 1024 : 1000;
  const bytes = Math.round(Number(match[1]) * base ** PREFIXES.indexOf((match[4] ?? '').toUpperCase()));
  return Number.isSafeInteger(bytes) ? (bytes as ByteSize) : undefined;
}

/** A size given in code. */
export function byteSize(bytes: number): ByteSize {
  return bytes as ByteSize;
}

/** A property that is written as "10GB" and read as bytes. */
export function IsByteSize(options?: ValidationOptions): PropertyDecorator {
  const transform = Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? (parseByteSize(value) ?? value) : value,
  );
  const validate = ValidateBy(
    {
      name: 'isByteSize',
      validator: {
        validate: (value: unknown) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0,
        defaultMessage: () => '$property must be a size such as "512MB" or "10GiB"',
      },
    },
    options,
  );
  return (target, property) => {
    transform(target, property);
    validate(target, property);
  };
}
