import { type Digest, type DigestAlgorithm, MEDIA_TYPES, algorithmOf, parseDigest } from '@berth/sdk';
import { digestBytes } from '../kit/builders/built-manifest.js';
import type { RegistryRequest } from '../kit/registry-request.js';

/** The `Accept` of a client that takes every kind of manifest. */
export const ACCEPT = [
  MEDIA_TYPES.ociIndex,
  MEDIA_TYPES.ociManifest,
  MEDIA_TYPES.dockerManifestList,
  MEDIA_TYPES.dockerManifest,
].join(', ');

export interface Pulled {
  readonly manifests: ReadonlySet<Digest>;
  readonly blobs: ReadonlySet<Digest>;
}

/**
 * Pulls what `reference` names with all its children and blobs and checks every digest.
 *
 * @returns what was pulled, or `undefined` where the registry answers 404 for `reference` itself.
 * @throws Error for any other answer but 200, for bytes of another digest, and for a child or blob that is not there.
 */
export async function pullAndVerify(
  request: RegistryRequest,
  repository: string,
  reference: string,
): Promise<Pulled | undefined> {
  const manifests = new Set<Digest>();
  const blobs = new Set<Digest>();

  async function pullManifest(wanted: string): Promise<boolean> {
    const path = `/v2/${repository}/manifests/${wanted}`;
    const response = await request('GET', path, { headers: { accept: ACCEPT } });
    if (response.status === 404) return false;
    if (response.status !== 200) throw new Error(`GET ${path}: ${String(response.status)} ${response.body.toString()}`);
    const digest = digestLike(wanted, response.body);
    if (digest !== (parseDigest(wanted) ?? response.headers['docker-content-digest'])) {
      throw new Error(`GET ${path}: the bytes have the digest ${digest}`);
    }
    manifests.add(digest);
    const links = linksOf(response.body);
    for (const child of links.manifests) {
      if (!(await pullManifest(child))) throw new Error(`${path} names the manifest ${child}, which is not there`);
    }
    for (const blob of links.blobs) {
      if (!(await blobVerifies(request, repository, blob)))
        throw new Error(`${path} names ${blob}, which is not there`);
      blobs.add(blob);
    }
    return true;
  }

  return (await pullManifest(reference)) ? { manifests, blobs } : undefined;
}

/**
 * Whether `repository` has the blob.
 *
 * @throws Error where it answers anything but 404 or 200, or other bytes than the digest says.
 */
export async function blobVerifies(request: RegistryRequest, repository: string, digest: Digest): Promise<boolean> {
  const path = `/v2/${repository}/blobs/${digest}`;
  const response = await request('GET', path);
  if (response.status === 404) return false;
  if (response.status !== 200) throw new Error(`GET ${path}: ${String(response.status)} ${response.body.toString()}`);
  const actual = digestBytes(response.body, algorithmOf(digest));
  if (actual !== digest) throw new Error(`GET ${path}: the bytes have the digest ${actual}`);
  return true;
}

/** What a manifest names by digest: `config`, `layers` and `blobs` on one side, `manifests` on the other. */
export function linksOf(manifest: Buffer): {
  readonly manifests: readonly Digest[];
  readonly blobs: readonly Digest[];
} {
  const document = parseDocument(manifest);
  return {
    manifests: digestsIn(document['manifests']),
    blobs: [...digestsIn([document['config']]), ...digestsIn(document['layers'])],
  };
}

function parseDocument(bytes: Buffer): Readonly<Record<string, unknown>> {
  const document: unknown = JSON.parse(bytes.toString());
  if (typeof document !== 'object' || document === null) throw new Error('the manifest is no JSON object');
  return { ...document };
}

function digestsIn(descriptors: unknown): Digest[] {
  if (!Array.isArray(descriptors)) return [];
  return descriptors.flatMap((descriptor: unknown) => {
    if (typeof descriptor !== 'object' || descriptor === null || !('digest' in descriptor)) return [];
    const digest = parseDigest(String(descriptor.digest));
    return digest ? [digest] : [];
  });
}

function digestLike(reference: string, bytes: Buffer): Digest {
  const named = parseDigest(reference);
  const algorithm: DigestAlgorithm = named ? algorithmOf(named) : 'sha256';
  return digestBytes(bytes, algorithm);
}
