import { type Descriptor, type Digest, isNonDistributableLayerType, type Manifest } from '@berth/sdk';
import type { ManifestReference } from '../../metadata/manifests.js';

/**
 * What a manifest names, each digest once for each kind. A layer that may lie elsewhere is `remote`: it need not be here.
 * The subject is not among them, since it may come later or never. spec.md#pushing-manifests-with-subject
 */
export function linksOf(manifest: Manifest): ManifestReference[] {
  const links = new Map<string, ManifestReference>();
  const add = (
    { digest, size }: Descriptor,
    kind: ManifestReference['kind'],
    state: ManifestReference['state'],
  ): void => {
    links.set(`${kind} ${digest}`, { digest, kind, state, size });
  };
  if (manifest.config) add(manifest.config, 'config', 'held');
  for (const layer of manifest.layers ?? []) add(layer, 'layer', liesElsewhere(layer) ? 'remote' : 'held');
  for (const child of manifest.manifests ?? []) add(child, 'manifest', 'held');
  return [...links.values()];
}

function liesElsewhere({ mediaType, urls }: Descriptor): boolean {
  return isNonDistributableLayerType(mediaType) || urls !== undefined;
}

/** The digests among `links` that must be held, as blobs or as manifests. */
export function mustBeHeld(links: readonly ManifestReference[], as: 'blob' | 'manifest'): Digest[] {
  return links
    .filter(({ kind, state }) => state === 'held' && (kind === 'manifest') === (as === 'manifest'))
    .map(({ digest }) => digest);
}
