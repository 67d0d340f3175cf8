import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import {
  definePlugin,
  type HookEvents,
  type HookHandler,
  Meter,
  type SourceFinds,
  type SourceResult,
} from '@berth/sdk';
import {
  anImage,
  anIndex,
  type BuiltBlob,
  createTestRegistry,
  pushBlob,
  pushManifest,
  type TestRegistry,
} from '@berth/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import scrub from './index.js';
import { ScrubJob } from './scrub.job.js';

type Answer = SourceResult<SourceFinds['blob.readMiss']>;

const NEVER = new AbortController().signal;
const DAY = 24 * 3_600_000;
const image = anImage({ seed: 1 }).withLayers(2).withLayerSize(5000).build();
const index = anIndex({ seed: 2 }).of(image).build();
const layer = image.blobs.at(-1) ?? expect.fail();
const PATH = `/v2/library/app/blobs/${layer.digest}`;

let registry: TestRegistry;
let root: string;
let upstream: ReadonlyMap<string, BuiltBlob>;
let events: string[];
let onQuarantined: () => void;

@Injectable()
class Upstream implements HookHandler<'blob.readMiss'> {
  async handle({ digest }: HookEvents['blob.readMiss']): Promise<Answer> {
    const blob = upstream.get(digest);
    if (!blob) return { outcome: 'absent' };
    const stream = Readable.from([blob.bytes]);
    return { outcome: 'found', found: { stream, size: blob.bytes.byteLength, upstream: 'upstream.example' } };
  }
}

@Injectable()
class Quarantined implements HookHandler<'blob.quarantined'> {
  async handle({ digest }: HookEvents['blob.quarantined']): Promise<void> {
    events.push(`quarantined ${digest}`);
    onQuarantined();
  }
}

@Injectable()
class Repaired implements HookHandler<'blob.repaired'> {
  async handle({ digest }: HookEvents['blob.repaired']): Promise<void> {
    events.push(`repaired ${digest}`);
  }
}

const fixture = definePlugin({
  name: 'fixture',
  hooks: { 'blob.readMiss': Upstream, 'blob.quarantined': Quarantined, 'blob.repaired': Repaired },
});

async function start(): Promise<void> {
  const section = { enable: true, interval: '24h', bytesPerSecond: 0 };
  const plugins = [{ plugin: scrub, section }, { plugin: fixture }];
  registry = await createTestRegistry({ root, plugins });
}

/** Runs the job that the server would run later. */
function pass(signal = NEVER): Promise<void> {
  registry.clock.advance(DAY);
  return registry.application.get(ScrubJob, { strict: false }).run(signal);
}

async function report() {
  const { status, body } = await registry.request('GET', '/v2/_berth/ext/scrub');
  expect(status).toBe(200);
  return JSON.parse(body.toString()) as {
    current: { blobs: number; stage: string } | null;
    last: { blobs: number; damaged: number; repaired: number; missingReferences: number } | null;
    damaged: { digest: string; state: string; problem: string; images: unknown[] }[];
    missingReferences: unknown[];
  };
}

/** Turns one bit of the stored bytes over; their number stays the same. */
async function flip({ digest }: BuiltBlob): Promise<void> {
  const [algorithm = '', encoded = ''] = digest.split(':');
  const folder = join(root, 'blobs', algorithm, encoded.slice(0, 2));
  const file = (await readdir(folder)).find((name) => name.startsWith(encoded)) ?? expect.fail();
  const bytes = await readFile(join(folder, file));
  const middle = bytes.byteLength >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  await writeFile(join(folder, file), bytes);
}

function counted(name: string): number {
  const meter = registry.application.get(Meter, { strict: false });
  const instrument = meter.snapshot().find((other) => other.name === name);
  return (instrument?.series ?? []).reduce((sum, { value }) => sum + value, 0);
}

beforeEach(async () => {
  [upstream, events, onQuarantined] = [new Map(), [], () => {}];
  root = await mkdtemp(join(tmpdir(), 'berth-scrub-'));
  await start();
  await pushManifest(registry.request, 'library/app', index, { tag: 'v1' });
});

afterEach(async () => {
  await registry.close();
  await rm(root, { recursive: true, force: true });
});

describe('a registry with scrub', () => {
  it('finds nothing in what was just pushed', async () => {
    await pass();

    expect(await report()).toMatchObject({
      current: null,
      last: { blobs: image.blobs.length, damaged: 0, missingReferences: 0 },
      damaged: [],
      missingReferences: [],
    });
    expect(counted('berth_scrub_blobs_total')).toBe(image.blobs.length);
  });

  it('finds a flipped bit, answers 404 for the layer, and tells of it with the images', async () => {
    await flip(layer);
    await pass();

    expect((await registry.request('GET', PATH)).status).toBe(404);
    expect((await registry.request('HEAD', PATH)).status).toBe(404);
    expect(await report()).toMatchObject({
      last: { damaged: 1, repaired: 0 },
      damaged: [
        {
          digest: layer.digest,
          state: 'quarantined',
          problem: 'digest',
          images: [
            { repository: 'library/app', digest: image.digest, tags: [] },
            { repository: 'library/app', digest: index.digest, tags: ['v1'] },
          ],
        },
      ],
    });
    await expect.poll(() => events).toEqual([`quarantined ${layer.digest}`]);
    expect(counted('berth_scrub_damaged_total')).toBe(1);
    expect(JSON.stringify(registry.logLines.all)).toContain('a stored blob is damaged');
  });

  it('keeps the damaged bytes aside', async () => {
    await flip(layer);
    await pass();
    const aside = await readdir(join(root, 'quarantine'), { recursive: true });

    expect(aside.filter((name) => name.includes(layer.digest.slice('sha256:'.length)))).toHaveLength(1);
  });

  it('has the layer back once it is pushed again, and writes the repair down', async () => {
    await flip(layer);
    await pass();
    await pushBlob(registry.request, 'library/app', layer);

    expect((await registry.request('GET', PATH)).body).toEqual(layer.bytes);
    await expect.poll(() => events).toContain(`repaired ${layer.digest}`);
    await expect.poll(async () => (await report()).damaged).toMatchObject([{ state: 'repaired' }]);
    expect(counted('berth_scrub_repaired_total')).toBe(1);
    await pass();
    expect((await report()).last).toMatchObject({ damaged: 0 });
  });

  it('repairs by itself what a source gives', async () => {
    upstream = new Map([[layer.digest, layer]]);
    await flip(layer);
    await pass();

    expect((await registry.request('GET', PATH)).body).toEqual(layer.bytes);
    expect(await report()).toMatchObject({ last: { damaged: 0, repaired: 1 }, damaged: [{ state: 'repaired' }] });
  });

  it('tells of references to what is not there', async () => {
    await registry.foundations.database.transaction(async (facts) => {
      await facts.deleteFrom('memberships').where('digest', '=', layer.digest).execute();
    });
    await pass();

    expect(await report()).toMatchObject({
      last: { missingReferences: 1 },
      missingReferences: [{ repository: 'library/app', manifest: image.digest, digest: layer.digest, kind: 'layer' }],
    });
  });

  it('goes on after a restart where it was stopped', async () => {
    const many = anImage({ seed: 3 }).withLayers(60).withLayerSize(10).build();
    await pushManifest(registry.request, 'library/many', many);
    const inTheMiddle = [...many.blobs].sort((one, other) => (one.digest < other.digest ? -1 : 1))[20] ?? expect.fail();
    await flip(inTheMiddle);
    const stop = new AbortController();
    onQuarantined = () => {
      stop.abort(new Error('the server is stopping'));
    };
    await expect(pass(stop.signal)).rejects.toThrow('the server is stopping');
    const { current } = await report();
    const done = current?.blobs ?? expect.fail();
    expect(done).toBeGreaterThanOrEqual(20);
    expect(done).toBeLessThan(60);
    await registry.close();
    await start();
    await pass();

    const total = new Set([...many.blobs, ...image.blobs].map(({ digest }) => digest)).size;
    expect((await report()).last).toMatchObject({ blobs: total, damaged: 1 });
    expect(counted('berth_scrub_blobs_total')).toBeLessThanOrEqual(total - done);
  });
});
