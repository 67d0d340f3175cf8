/** One value of DER: a tag and what is in it. */
export interface DerValue {
  readonly tag: number;
  readonly content: Buffer;
}

export const DER = {
  sequence: 0x30,
  set: 0x31,
  objectIdentifier: 0x06,
  octetString: 0x04,
  boolean: 0x01,
} as const;

/** @throws RangeError where `bytes` is not a row of whole values. */
export function derValues(bytes: Buffer): DerValue[] {
  const values: DerValue[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes.readUInt8(at);
    const { length, start } = lengthAt(bytes, at + 1);
    const end = start + length;
    if (end > bytes.length || (tag & 0x1f) === 0x1f) throw new RangeError('no DER');
    values.push({ tag, content: bytes.subarray(start, end) });
    at = end;
  }
  return values;
}

/** The values in `value`. @throws RangeError where it is not of the tag. */
export function derInside(value: DerValue | undefined, tag: number): DerValue[] {
  if (value?.tag !== tag) throw new RangeError('no DER of the kind that belongs here');
  return derValues(value.content);
}

/** "2.5.4.3". */
export function objectIdentifier({ content }: DerValue): string {
  const numbers: bigint[] = [];
  let number = 0n;
  for (const byte of content) {
    number = (number << 7n) | BigInt(byte & 0x7f);
    if (byte & 0x80) continue;
    numbers.push(number);
    number = 0n;
  }
  const [first = 0n, ...others] = numbers;
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...others].join('.');
}

function lengthAt(bytes: Buffer, at: number): { length: number; start: number } {
  const first = bytes.readUInt8(at);
  if (first < 0x80) return { length: first, start: at + 1 };
  const size = first & 0x7f;
  if (size === 0 || size > 4) throw new RangeError('no DER');
  return { length: bytes.readUIntBE(at + 1, size), start: at + 1 + size };
}
