import type { Digest } from '../oci/digest.js';
import { formatReference, type Reference } from '../oci/reference.js';
import type { RepositoryName } from '../oci/repository-name.js';
import {
  type ManifestCursor,
  type ManifestInfo,
  type ManifestPage,
  ManifestStore,
  type MissingReference,
  type MissingReferencePage,
} from '../ports/manifest-store.js';

interface HeldManifest {
  readonly info: ManifestInfo;
  readonly bytes: Uint8Array;
  readonly tags: readonly string[];
}

/** Manifests that a test puts in, and references that it says are missing. */
export class FakeManifestStore extends ManifestStore {
  readonly missing: MissingReference[] = [];
  private readonly held: HeldManifest[] = [];

  put(info: ManifestInfo, bytes: Uint8Array, tags: readonly string[] = []): void {
    this.held.push({ info, bytes, tags });
  }

  async find(repository: RepositoryName, reference: Reference): Promise<ManifestInfo | undefined> {
    const named = formatReference(reference);
    return this.held.find(
      ({ info, tags }) => info.repository === repository && (info.digest === named || tags.includes(named)),
    )?.info;
  }

  async read(repository: RepositoryName, digest: Digest): Promise<Uint8Array | undefined> {
    return this.held.find(({ info }) => info.repository === repository && info.digest === digest)?.bytes;
  }

  async scan(after: ManifestCursor | undefined, limit: number): Promise<ManifestPage> {
    const start = Number(after ?? 0);
    const manifests = this.held.slice(start, start + limit).map(({ info }) => info);
    return { manifests, next: this.cursorAt(start + limit) };
  }

  async missingReferences(after: ManifestCursor | undefined, limit: number): Promise<MissingReferencePage> {
    const start = Number(after ?? 0);
    const looked = new Set(this.held.slice(start, start + limit).map(({ info }) => info.digest));
    return { missing: this.missing.filter(({ manifest }) => looked.has(manifest)), next: this.cursorAt(start + limit) };
  }

  private cursorAt(position: number): ManifestCursor | undefined {
    return position < this.held.length ? String(position) : undefined;
  }
}
