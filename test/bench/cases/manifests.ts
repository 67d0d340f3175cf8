import type { BenchCase } from '../bench-case.ts';
import { imageManifest } from '../image-manifest.ts';
import { manifestPut, manifestRequest, sendExpecting } from '../registry-client.ts';
import { tagName } from '../repository-fixtures.ts';
import type { Random } from '../random.ts';

/** How many different tags a case asks for in turn: rendered beforehand, spread over the whole repository. */
const SAMPLED_TAGS = 1024;

/** GET of a manifest of about 1 KB by random tags of a repository with so many. */
export function manifestGet(tags: number, isCncfFilled: boolean): BenchCase {
  const filled: BenchCase = {
    name: `manifest-get-${tags}-${tags === 1 ? 'tag' : 'tags'}`,
    peers: ['berth', 'cncf'],
    atMost: 0.06,
    flatGroup: 'manifest-get',
    prepare: async (fixtures, random) => {
      const { repository, manifest } = await fixtures.tagged(tags);
      const requests = sampledTags(tags, random).map((tag) =>
        manifestRequest(fixtures.peer.origin, 'GET', repository, tag),
      );
      const next = inTurn(requests);
      return {
        operation: async (connection) => {
          const response = await sendExpecting(connection, next(), 200);
          if (response.bodyLength !== manifest.bytes.length) throw new Error('a manifest of another length');
        },
      };
    },
  };
  if (isCncfFilled) return filled;
  return { ...filled, peers: ['berth'], note: `docker-registry is not filled with ${tags} tags without --full` };
}

/** HEAD of a manifest by random tags of 1,000. */
export const manifestHead: BenchCase = {
  name: 'manifest-head',
  peers: ['berth', 'cncf'],
  prepare: async (fixtures, random) => {
    const { repository, manifest } = await fixtures.tagged(1000);
    const requests = sampledTags(1000, random).map((tag) =>
      manifestRequest(fixtures.peer.origin, 'HEAD', repository, tag),
    );
    const next = inTurn(requests);
    return {
      operation: async (connection) => {
        const response = await sendExpecting(connection, next(), 200);
        if (response.header('docker-content-digest') !== manifest.digest) throw new Error('another digest');
      },
    };
  },
};

/** PUT of a new manifest under a new tag; its blobs are there. */
export const manifestPush: BenchCase = {
  name: 'manifest-push',
  peers: ['berth', 'berth-durable', 'cncf'],
  prepare: async (fixtures) => {
    const { repository, config, layer } = await fixtures.image('bench/manifest-push');
    let revision = 0;
    return {
      operation: async (connection) => {
        revision += 1;
        const manifest = imageManifest({ config, layer, revision });
        await sendExpecting(
          connection,
          manifestPut(fixtures.peer.origin, repository, tagName(revision), manifest),
          201,
        );
      },
    };
  },
};

function sampledTags(tags: number, random: Random): string[] {
  return Array.from({ length: Math.min(tags, SAMPLED_TAGS) }, () => tagName(Math.floor(random() * tags)));
}

/** Gives the elements one after the other, again from the first after the last. */
function inTurn<T>(elements: readonly T[]): () => T {
  let index = -1;
  return () => {
    index = (index + 1) % elements.length;
    const element = elements[index];
    if (element === undefined) throw new Error('nothing to take in turn');
    return element;
  };
}
