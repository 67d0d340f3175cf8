import type { Annotations, Descriptor } from './descriptor.js';

/** The parts of an image manifest or index that a registry reads. Everything else is kept as bytes and never read. */
export interface Manifest {
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
  readonly manifests?: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations?: Annotations;
}

/** Where a manifest came from: a client's push, an upstream, or an archive. */
export type Origin = 'pushed' | 'mirrored' | 'imported';

/** The largest manifest that is taken, in bytes: 4 MiB, the least the spec asks for (spec.md#pushing-manifests). */
export const MANIFEST_MAX_BYTES = 4 * 1024 * 1024;

/**
 * The artifact type a referrers response gives for a manifest: its own, else an image's configuration type, else none.
 * spec.md#listing-referrers
 */
export function artifactTypeOf(manifest: Manifest): string | undefined {
  if (manifest.artifactType) return manifest.artifactType;
  return manifest.manifests ? undefined : manifest.config?.mediaType;
}
