import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatReference, parseByteSize, parseDigest, parseReference, parseRepositoryName, parseTag } from '@berth/sdk';

/** spec.md#pulling-manifests, word for word. */
const SPEC_NAME = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const SPEC_TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
/** image-spec descriptor.md#digests: sha256 and sha512. */
const SPEC_DIGEST = /^(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

/** Text made of what names are made of, so that most of it is nearly a name. */
const nearlyName = fc
  .array(fc.constantFrom('a', '0', 'z9', '.', '_', '__', '-', '--', '/', 'A', ' ', 'blobs', '\n', '%', ''), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''));
const nearlyTag = fc
  .array(fc.constantFrom('a', 'Z', '9', '.', '_', '-', '/', ':', ' ', '\n', 'é'), { maxLength: 140 })
  .map((parts) => parts.join(''));
const nearlyDigest = fc
  .tuple(
    fc.constantFrom('sha256', 'sha512', 'sha1', 'SHA256', '', 'constructor'),
    fc.constantFrom(':', '::', ''),
    fc.constantFrom('a', '0', 'f', 'F', 'g'),
    fc.constantFrom(0, 1, 63, 64, 65, 127, 128, 129),
    fc.constantFrom('', '\n', ' '),
  )
  .map(([algorithm, colon, digit, length, end]) => `${algorithm}${colon}${digit.repeat(length)}${end}`);

describe('the vocabulary of the spec', () => {
  it('takes as a repository name exactly what the grammar of the spec takes, up to 255 characters', () => {
    fc.assert(
      fc.property(fc.oneof(nearlyName, fc.stringMatching(SPEC_NAME), fc.string()), (text) => {
        expect(parseRepositoryName(text) !== undefined).toBe(SPEC_NAME.test(text) && text.length <= 255);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes as a tag exactly what the grammar of the spec takes', () => {
    fc.assert(
      fc.property(fc.oneof(nearlyTag, fc.stringMatching(SPEC_TAG), fc.string()), (text) => {
        expect(parseTag(text) !== undefined).toBe(SPEC_TAG.test(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes as a digest exactly the two registered forms', () => {
    fc.assert(
      fc.property(fc.oneof(nearlyDigest, fc.stringMatching(SPEC_DIGEST), fc.string()), (text) => {
        expect(parseDigest(text) !== undefined).toBe(SPEC_DIGEST.test(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('reads a reference as a tag or a digest, never both, and writes it as it was', () => {
    fc.assert(
      fc.property(fc.oneof(nearlyTag, nearlyDigest, fc.stringMatching(SPEC_DIGEST)), (text) => {
        const reference = parseReference(text);
        const kind = SPEC_DIGEST.test(text) ? 'digest' : SPEC_TAG.test(text) ? 'tag' : undefined;
        expect(reference?.kind).toBe(kind);
        if (reference) expect(formatReference(reference)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads a size in any unit as its number times the unit', () => {
    const units = fc.constantFrom(['', 1], ['KB', 1e3], ['MiB', 2 ** 20], ['gb', 1e9], ['Gi', 2 ** 30], [
      'T',
      1e12,
    ] as const);
    fc.assert(
      fc.property(fc.nat({ max: 8000 }), units, (count, [unit, factor]) => {
        expect(parseByteSize(`${String(count)}${unit}`)).toBe(count * factor);
      }),
    );
  });
});
