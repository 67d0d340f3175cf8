import { Readable } from 'node:stream';
import { parseDigest, parseTag, type SourceAnswer, type SourceEvents } from '@berth/sdk';

/** What an answer may have, of any type: it comes from a plugin. */
type Loose = Partial<
  Record<
    | 'outcome'
    | 'found'
    | 'reason'
    | 'upstream'
    | 'status'
    | 'retryAfter'
    | 'withholdsHeld'
    | 'isConfirmed'
    | 'mediaType'
    | 'digest'
    | 'size'
    | 'bytes'
    | 'stream'
    | 'offset'
    | 'freshFor'
    | 'isHandedOver',
    unknown
  >
>;

type Checks = { readonly [Name in keyof SourceEvents]: (found: unknown) => string | undefined };

/** What is wrong with what each source says it found. */
const FOUND: Checks = {
  'tag.refresh': (found) => descriptorFault(found) ?? withholdingFault(found) ?? freshnessFault(found),
  'manifest.readMiss': (found) =>
    isObject(found) && typeof found.mediaType === 'string' && isBytes(found.bytes) && typeof found.upstream === 'string'
      ? undefined
      : 'a manifest is { mediaType, bytes, upstream }',
  'blob.readMiss': (found) =>
    isConfirmed(found) ||
    (isObject(found) &&
      found.stream instanceof Readable &&
      isSize(found.size, true) &&
      isSize(found.offset, true) &&
      isFlag(found.isHandedOver) &&
      typeof found.upstream === 'string')
      ? undefined
      : 'a blob is { stream, size, upstream, offset?, isHandedOver? } or { isConfirmed: true, upstream }',
  'referrers.refresh': (found) =>
    Array.isArray(found) ? found.map(descriptorFault).find(Boolean) : 'referrers are an array of descriptors',
  'tags.listMiss': (found) =>
    Array.isArray(found) && found.every((tag) => typeof tag === 'string' && parseTag(tag) !== undefined)
      ? undefined
      : 'tags are an array of tags',
};

/** The answer of a source, if it has the shape that its hook asks for. Throws TypeError that says what is wrong. */
export function checkedAnswer<Name extends keyof SourceEvents>(name: Name, answer: unknown): SourceAnswer<Name> {
  const fault = faultOf(name, answer);
  if (fault === undefined) return answer as SourceAnswer<Name>;
  dropStream(answer);
  throw new TypeError(`The source gave no answer of its kind: ${fault}.`);
}

/** Ends the stream of an answer that nobody reads. */
export function dropStream(answer: unknown): void {
  const found = isObject(answer) ? answer.found : undefined;
  if (!isObject(found) || !(found.stream instanceof Readable)) return;
  // Whatever it fails with now is nobody's matter.
  found.stream.on('error', () => {});
  found.stream.destroy();
}

function faultOf(name: keyof SourceEvents, answer: unknown): string | undefined {
  if (!isObject(answer)) return 'it must say found, absent, stale or unavailable';
  switch (answer.outcome) {
    case 'found':
      return FOUND[name](answer.found);
    case 'absent':
      return undefined;
    case 'stale':
      return typeof answer.reason === 'string' ? undefined : 'stale needs a reason';
    case 'unavailable':
      return unavailableFault(answer);
    case 'gone':
      return goneFault(name, answer);
    default:
      return 'its outcome must be found, absent, stale or unavailable, or gone';
  }
}

function unavailableFault({ upstream, status, retryAfter, withholdsHeld }: Loose): string | undefined {
  if (typeof upstream !== 'string') return 'unavailable needs an upstream';
  if (!isSize(status, true)) return 'a status is a number';
  if (!isSize(retryAfter, true)) return 'retryAfter is a number of seconds';
  return withholdingFault({ withholdsHeld });
}

function goneFault(name: keyof SourceEvents, { upstream }: Loose): string | undefined {
  if (name !== 'tag.refresh') return 'gone is only a tag that is held';
  return typeof upstream === 'string' ? undefined : 'gone needs an upstream';
}

function withholdingFault(answer: unknown): string | undefined {
  const withholds = isObject(answer) ? answer.withholdsHeld : undefined;
  return isFlag(withholds) ? undefined : 'withholdsHeld is true or false';
}

function freshnessFault(found: unknown): string | undefined {
  const freshFor = isObject(found) ? found.freshFor : undefined;
  return isSize(freshFor, true) ? undefined : 'freshFor is a number of milliseconds';
}

function isFlag(value: unknown): boolean {
  return value === undefined || typeof value === 'boolean';
}

function descriptorFault(value: unknown): string | undefined {
  const isDescriptor =
    isObject(value) &&
    typeof value.mediaType === 'string' &&
    typeof value.digest === 'string' &&
    parseDigest(value.digest) !== undefined &&
    isSize(value.size, false);
  return isDescriptor ? undefined : 'a descriptor is { mediaType, digest, size }';
}

function isSize(value: unknown, mayBeAbsent: boolean): boolean {
  return (mayBeAbsent && value === undefined) || (Number.isSafeInteger(value) && Number(value) >= 0);
}

function isConfirmed(found: unknown): boolean {
  return isObject(found) && found.isConfirmed === true && typeof found.upstream === 'string';
}

function isBytes(value: unknown): boolean {
  return value instanceof Uint8Array;
}

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null;
}
