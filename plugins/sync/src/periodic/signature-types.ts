import type { Descriptor } from '@berth/sdk';

const TYPES: ReadonlySet<string> = new Set([
  'application/vnd.dev.cosign.artifact.sig.v1+json',
  'application/vnd.cncf.notary.signature',
]);
const BUNDLE = 'application/vnd.dev.sigstore.bundle';

/** True for what cosign and notation sign with. Nothing of the signature is verified. */
export function isSignature({ artifactType }: Descriptor): boolean {
  return typeof artifactType === 'string' && (TYPES.has(artifactType) || artifactType.startsWith(BUNDLE));
}
