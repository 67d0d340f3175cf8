import type { BlobStore, Descriptor, Digest, ManifestStore, MirroredContent } from '@berth/sdk';
import { expectHeld, MirrorFailure } from './mirror-failure.js';
import { namedBy } from './named-content.js';
import type { PlatformChoice } from './platform-choice.js';
import type { RepositoryScope } from './run-scope.js';

export interface ImagePorts {
  readonly manifests: ManifestStore;
  readonly blobs: BlobStore;
  readonly mirrored: MirroredContent;
}

/** Indexes of indexes of indexes: no registry has them, and somebody may make one. */
const DEEPEST = 8;

/** Brings manifests of one repository with all that they name: what is held is not asked for, and nothing is had twice. */
export class ImageFetch {
  readonly #images = new Map<string, Promise<readonly Digest[]>>();
  readonly #blobs = new Map<Digest, Promise<void>>();

  constructor(
    private readonly scope: RepositoryScope,
    private readonly ports: ImagePorts,
  ) {}

  /** Gives the digests of all manifests of it. Rejects with MirrorFailure where something of it cannot be had. */
  bring(digest: Digest, platforms: PlatformChoice, depth = 0): Promise<readonly Digest[]> {
    const key = `${digest} ${platforms.name}`;
    let brought = this.#images.get(key);
    if (!brought) {
      brought = this.#bring(digest, platforms, depth);
      this.#images.set(key, brought);
    }
    return brought;
  }

  async #bring(digest: Digest, platforms: PlatformChoice, depth: number): Promise<readonly Digest[]> {
    if (depth > DEEPEST) throw new MirrorFailure('refused', `${digest}: indexes lie too deep in one another`);
    const { manifests, blobs } = namedBy(await this.#manifest(digest));
    const digests = [digest];
    // One after the other: each may have 4 MiB.
    for (const child of platforms.of(manifests))
      digests.push(...(await this.bring(child.digest, platforms, depth + 1)));
    await allOf(blobs.map((blob) => this.#blob(blob)));
    return digests;
  }

  async #manifest(digest: Digest): Promise<Uint8Array> {
    const { local, registry, requests, tally, observer, signal } = this.scope;
    const { manifests, mirrored } = this.ports;
    const held = await manifests.read(local, digest);
    if (held) return held;
    const options = { upstream: registry.name, signal };
    await requests.transfer(async () => {
      expectHeld(await mirrored.fetchManifest(local, digest, options), `manifest ${digest}`);
    }, signal);
    const bytes = await manifests.read(local, digest);
    if (!bytes) throw new MirrorFailure('unkept', `manifest ${digest}: it is gone as soon as it has come`);
    tally.bytes(bytes.byteLength);
    observer.progress();
    return bytes;
  }

  #blob(descriptor: Descriptor): Promise<void> {
    const { digest } = descriptor;
    let brought = this.#blobs.get(digest);
    if (!brought) {
      brought = this.#bringBlob(descriptor).finally(() => this.#blobs.delete(digest));
      this.#blobs.set(digest, brought);
    }
    return brought;
  }

  async #bringBlob({ digest, size }: Descriptor): Promise<void> {
    const { local, registry, requests, tally, observer, signal } = this.scope;
    if (await this.ports.blobs.stat(local, digest)) return;
    await requests.transfer(async () => {
      const options = { upstream: registry.name, signal };
      expectHeld(await this.ports.mirrored.fetchBlob(local, digest, options), `blob ${digest}`);
    }, signal);
    tally.bytes(size);
    observer.progress();
  }
}

/** Waits for all of them, and rejects as the first that did. */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  const ends = await Promise.allSettled(work);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}
