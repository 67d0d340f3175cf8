import type { Digest, Tag } from '@berth/sdk';

/** What is attached to an image, as far as it is counted apart. */
export type Attachment = 'signature' | 'sbom';

/** Who makes signatures of these artifact types. */
export const SIGNATURE_TOOLS: Readonly<Record<string, 'cosign' | 'notation'>> = {
  'application/vnd.cncf.notary.signature': 'notation',
  'application/vnd.dev.cosign.artifact.sig.v1+json': 'cosign',
  'application/vnd.dev.sigstore.bundle.v0.1+json': 'cosign',
  'application/vnd.dev.sigstore.bundle.v0.2+json': 'cosign',
  'application/vnd.dev.sigstore.bundle.v0.3+json': 'cosign',
  'application/vnd.dev.sigstore.bundle+json': 'cosign',
};

export const SIGNATURE_TYPES: readonly string[] = Object.keys(SIGNATURE_TOOLS);

export const SBOM_TYPES: readonly string[] = [
  'application/spdx+json',
  'text/spdx',
  'text/spdx+json',
  'text/spdx+xml',
  'application/vnd.cyclonedx',
  'application/vnd.cyclonedx+json',
  'application/vnd.cyclonedx+xml',
  'application/vnd.syft+json',
  'application/vnd.dev.cosign.artifact.sbom.v1+json',
];

/** Tags that stand for "attached to": cosign's, and those of the spec's fallback. spec.md#referrers-tag-schema */
const ATTACHING_TAG = /^(sha256-[0-9a-f]{64}|sha512-[0-9a-f]{128})(\.(sig|att|sbom))?$/;

/** The digest of what a tag is attached to; `undefined` for a tag that names an image. */
export function subjectOfTag(tag: Tag): Digest | undefined {
  const match = ATTACHING_TAG.exec(tag);
  return match?.[1] === undefined ? undefined : (match[1].replace('-', ':') as Digest);
}
