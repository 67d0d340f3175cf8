import { afterEach, beforeEach, expect } from 'vitest';
import type { Digest } from '@berth/sdk';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { aBlob, createTestRegistry, type TestRegistry } from '../kit/index.js';
import { BlobUpstream, Transfer } from './blob-upstream.js';
import { SlowDownload } from './slow-download.js';

export const KIB = 1024;
export const WITHHELD = 64 * KIB;

export const random = new SeededRandom(1, 'blob fill');
export const blob = aBlob(random.bytes(300 * KIB));
export const { bytes } = blob;
export const SIZE = bytes.byteLength;
export const PATH = pathOf(blob.digest);

export function pathOf(digest: Digest): string {
  return `/v2/mirror/app/blobs/${digest}`;
}

export interface FillStage {
  readonly registry: TestRegistry;
  readonly upstream: BlobUpstream;
  pull(path?: string, headers?: Readonly<Record<string, string>>): Promise<SlowDownload>;
  /** Whether a repository holds any blob. */
  isHeld(): Promise<boolean>;
  uploadsLeft(): Promise<number>;
  /** The sum of all series of an instrument that have these labels. */
  numberOf(name: string, labels?: Readonly<Record<string, string>>): number;
  /** A transfer that has given the first `length` bytes of `blob`, and a pull of it that has got what it may. */
  begun(length: number): Promise<{ readonly transfer: Transfer; readonly download: SlowDownload }>;
}

/** A server for each test, with an upstream that the test tells what to give. */
export function useFill(): () => FillStage {
  let stage: FillStage | undefined;
  beforeEach(async () => {
    stage = stageOf(await createTestRegistry());
  });
  afterEach(() => stage?.registry.close());
  return () => stage ?? expect.fail('there is no server outside of tests');
}

function stageOf(registry: TestRegistry): FillStage {
  const upstream = new BlobUpstream();
  upstream.listenTo(registry);
  const { reader } = registry.foundations.database;
  const pull: FillStage['pull'] = (path = PATH, headers = {}) => SlowDownload.begin(registry.url + path, headers);
  return {
    registry,
    upstream,
    pull,
    isHeld: async () => (await reader.selectFrom('memberships').select('digest').execute()).length > 0,
    uploadsLeft: async () => (await reader.selectFrom('uploads').select('id').execute()).length,
    numberOf: (name, labels = {}) => {
      const series = registry.numbers.find((instrument) => instrument.name === name)?.series ?? [];
      return series
        .filter((one) => Object.entries(labels).every(([key, value]) => one.labels[key] === value))
        .reduce((sum, { value, count }) => sum + (count ?? value), 0);
    },
    begun: async (length) => {
      const transfer = new Transfer().give(bytes.subarray(0, length));
      upstream.givesInTurn(SIZE, transfer);
      const download = await pull();
      await expect.poll(() => download.length).toBe(Math.min(length, SIZE - WITHHELD));
      return { transfer, download };
    },
  };
}
