import { BYTE_SIZE_PATTERN, describeValue, parseByteSize } from '@berth/sdk';
import { ValidateBy } from 'class-validator';

/** How much of a disk stays free: a share of it, or so many bytes. */
export type MinFreeSpace = { readonly share: number } | { readonly bytes: number };

const SHARE_PATTERN = '^([0-9]{1,2}(\\.[0-9]+)?) ?%$';
const SHARE = new RegExp(SHARE_PATTERN);
/** For a JSON Schema. */
const PATTERN = `(${SHARE_PATTERN})|(${BYTE_SIZE_PATTERN})`;

/** What is written as "5%", "20GB" or a number of bytes; `undefined` where it is none of them. */
export function parseMinFreeSpace(value: unknown): MinFreeSpace | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? { bytes: value } : undefined;
  if (typeof value !== 'string') return undefined;
  const share = SHARE.exec(value);
  if (share) return { share: Number(share[1]) / 100 };
  const bytes = parseByteSize(value);
  return bytes === undefined ? undefined : { bytes };
}

/** The same of a value that was checked before. */
export function minFreeSpaceOf(value: unknown): MinFreeSpace {
  const parsed = parseMinFreeSpace(value);
  if (!parsed) throw new TypeError(`storage.minFreeSpace cannot be ${describeValue(value)}.`);
  return parsed;
}

/** Bytes that stay free of a disk of `total` bytes. */
export function bytesToKeepFree(space: MinFreeSpace, total: number): number {
  return 'bytes' in space ? space.bytes : total * space.share;
}

/** A property that holds what `parseMinFreeSpace` takes. */
export function IsMinFreeSpace(): PropertyDecorator {
  return ValidateBy({
    name: 'isMinFreeSpace',
    constraints: [PATTERN],
    validator: {
      validate: (value: unknown) => parseMinFreeSpace(value) !== undefined,
      defaultMessage: () => 'a share of the disk such as "5%", or a size such as "20GB"; 0 for none',
    },
  });
}
