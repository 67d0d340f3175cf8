import type { Digest } from '@berth/sdk';
import type { BuiltManifest } from '../kit/builders/built-manifest.js';

/** A manifest that tests push, and the manifest it names as its subject. */
export interface Node {
  readonly built: BuiltManifest;
  readonly subject: BuiltManifest | undefined;
}

/** `root` and all manifests that it names, however deep. */
export function closureOf(root: BuiltManifest): BuiltManifest[] {
  return [root, ...root.children.flatMap(closureOf)];
}

/** What a repository may hold: what `roots` name, the referrers among `nodes` of what is held, what those name, and so on. */
export function reachable(roots: readonly BuiltManifest[], nodes: readonly Node[]): Set<Digest> {
  const found = new Set(roots.flatMap(closureOf).map(({ digest }) => digest));
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const { built, subject } of nodes) {
      const brought = subject && found.has(subject.digest) ? closureOf(built) : [];
      for (const { digest } of brought) found.add(digest);
    }
  }
  return found;
}

/** The blobs of those manifests among `nodes`, and below them, whose digests are in `manifests`. */
export function blobsOf(manifests: ReadonlySet<Digest>, nodes: readonly Node[]): Set<Digest> {
  const all = nodes.flatMap(({ built }) => closureOf(built)).filter(({ digest }) => manifests.has(digest));
  return new Set(all.flatMap(({ blobs }) => blobs.map(({ digest }) => digest)));
}
