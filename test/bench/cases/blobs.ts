import type { BenchCase } from '../bench-case.ts';
import { BlobFactory, digestOf } from '../blob-factory.ts';
import { renderRequest } from '../http-connection.ts';
import { fetchBytes, pushBlob, sendExpecting } from '../registry-client.ts';

export interface BlobSize {
  readonly label: string;
  readonly bytes: number;
}

export const KIBIBYTE: BlobSize = { label: '1KiB', bytes: 1024 };
export const MEBIBYTE: BlobSize = { label: '1MiB', bytes: 1024 ** 2 };
export const HUNDRED_MEBIBYTES: BlobSize = { label: '100MiB', bytes: 100 * 1024 ** 2 };

/** GET of one blob over and over, so that its bytes come from the page cache. */
export function blobGet(size: BlobSize, atMost?: number): BenchCase {
  return {
    name: `blob-get-${size.label}`,
    peers: ['berth', 'cncf'],
    bytes: size.bytes,
    ...(atMost === undefined ? {} : { atMost }),
    prepare: async (fixtures) => {
      const repository = 'bench/blob-get';
      const blob = new BlobFactory(size.bytes).next();
      const request = renderRequest(fixtures.peer.origin, 'GET', `/v2/${repository}/blobs/${blob.digest}`);
      await fixtures.withConnection(async (connection) => {
        await pushBlob(connection, fixtures.peer.origin, repository, blob);
        const found = digestOf(await fetchBytes(connection, request));
        if (found !== blob.digest) throw new Error(`${fixtures.peer.name} gave another blob than was pushed`);
      });
      return {
        operation: async (connection) => {
          const response = await sendExpecting(connection, request, 200);
          if (response.bodyLength !== size.bytes) throw new Error('a blob of another length');
        },
      };
    },
  };
}

/** Push of a blob that the registry does not have, as POST and one PUT; pushed blobs leave the disk after each slice. */
export function blobPush(size: BlobSize, atMost?: number): BenchCase {
  return {
    name: `blob-push-${size.label}`,
    peers: ['berth', 'berth-durable', 'cncf'],
    bytes: size.bytes,
    ...(atMost === undefined ? {} : { atMost }),
    prepare: (fixtures) => {
      const factory = new BlobFactory(size.bytes);
      const pushed = new Set<string>();
      return Promise.resolve({
        operation: async (connection) => {
          const blob = factory.next();
          await pushBlob(connection, fixtures.peer.origin, 'bench/blob-push', blob);
          pushed.add(blob.digest);
        },
        tidy: async () => {
          await fixtures.peer.reclaim(pushed);
          pushed.clear();
        },
      });
    },
  };
}
