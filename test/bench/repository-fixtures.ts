import { type BenchBlob, BlobFactory, digestOf } from './blob-factory.ts';
import { HttpConnection } from './http-connection.ts';
import { type BenchManifest, imageManifest } from './image-manifest.ts';
import type { Peer } from './peer.ts';
import { fetchBytes, manifestPut, manifestRequest, pushBlob, sendExpecting } from './registry-client.ts';

export interface SeededRepository {
  readonly repository: string;
  readonly config: BenchBlob;
  readonly layer: BenchBlob;
  readonly manifest: BenchManifest;
}

export function tagName(index: number): string {
  return `v1.0.${index}`;
}

/** The repositories that cases read at one peer, each set up once per run. */
export class RepositoryFixtures {
  readonly peer: Peer;
  readonly #tagged = new Map<number, SeededRepository>();

  constructor(peer: Peer) {
    this.peer = peer;
  }

  /** A repository with one manifest that has this many tags, `tagName(0)` and on. */
  async tagged(tags: number): Promise<SeededRepository> {
    const known = this.#tagged.get(tags);
    if (known !== undefined) return known;
    const seeded = await this.image(`bench/tagged-${tags}`);
    await this.#fill(seeded, tags);
    this.#tagged.set(tags, seeded);
    return seeded;
  }

  /** A repository with one manifest, tagged `tagName(0)`, that reads back as it was pushed. */
  async image(repository: string): Promise<SeededRepository> {
    const [config, layer] = [new BlobFactory(1024).next(), new BlobFactory(1024).next()];
    const manifest = imageManifest({ config, layer, revision: 0 });
    await this.withConnection(async (connection) => {
      await pushBlob(connection, this.peer.origin, repository, config);
      await pushBlob(connection, this.peer.origin, repository, layer);
      await sendExpecting(connection, manifestPut(this.peer.origin, repository, tagName(0), manifest), 201);
      const request = manifestRequest(this.peer.origin, 'GET', repository, tagName(0));
      const found = digestOf(await fetchBytes(connection, request));
      if (found !== manifest.digest) throw new Error(`${this.peer.name} gave another manifest than was pushed`);
    });
    return { repository, config, layer, manifest };
  }

  /** Lends a connection for setting up. */
  async withConnection<T>(use: (connection: HttpConnection) => Promise<T>): Promise<T> {
    const connection = await HttpConnection.open(this.peer.origin);
    try {
      return await use(connection);
    } finally {
      connection.close();
    }
  }

  async #fill(seeded: SeededRepository, tags: number): Promise<void> {
    let next = 1;
    const fill = (): Promise<void> =>
      this.withConnection(async (connection) => {
        while (next < tags) {
          const put = manifestPut(this.peer.origin, seeded.repository, tagName(next), seeded.manifest);
          next += 1;
          await sendExpecting(connection, put, 201);
        }
      });
    await Promise.all(Array.from({ length: this.peer.fillConnections }, fill));
  }
}
