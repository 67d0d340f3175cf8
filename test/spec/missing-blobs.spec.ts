import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  definePlugin,
  type HookEvents,
  type HookHandler,
  RegistryError,
  type SourceFinds,
  type SourceResult,
} from '@berth/sdk';
import { FillLimits } from '../../src/content/blobs/fill-limits.js';
import { aBlob, createTestRegistry, pushBlob, type TestRegistry } from '../kit/index.js';

type Answer = SourceResult<SourceFinds['blob.readMiss']>;

const blob = aBlob(Buffer.from('a layer that lies upstream'));
const REPOSITORY = 'mirror/app';
const PATH = `/v2/${REPOSITORY}/blobs/${blob.digest}`;

let registry: TestRegistry;
let answer: () => Answer | Promise<Answer>;
let asked: HookEvents['blob.readMiss'][];
let gated: HookEvents['blob.beforeCommit'][];
let refuse: boolean;
let finished: string[];

@Injectable()
class Upstream implements HookHandler<'blob.readMiss'> {
  async handle(event: HookEvents['blob.readMiss']): Promise<Answer> {
    asked.push(event);
    return answer();
  }
}

@Injectable()
class Gate implements HookHandler<'blob.beforeCommit'> {
  async handle(event: HookEvents['blob.beforeCommit']): Promise<void> {
    gated.push(event);
    if (refuse) throw new RegistryError('DENIED');
  }
}

@Injectable()
class Finished implements HookHandler<'upload.finished'> {
  async handle({ upload }: HookEvents['upload.finished']): Promise<void> {
    finished.push(upload);
  }
}

const fixture = definePlugin({
  name: 'fixture',
  hooks: { 'upload.finished': Finished, 'blob.readMiss': Upstream, 'blob.beforeCommit': Gate },
});

function found(bytes = blob.bytes, size: number | undefined = bytes.byteLength): Answer {
  const stream = Readable.from([bytes.subarray(0, 5), bytes.subarray(5)]);
  return { outcome: 'found', found: { stream, size, upstream: 'upstream.example' } };
}

beforeEach(async () => {
  [answer, asked, gated, refuse, finished] = [() => found(), [], [], false, []];
  registry = await createTestRegistry({ plugins: [{ plugin: fixture }] });
  registry.application.get(FillLimits).retryDelays = [0, 0, 0];
});

afterEach(async () => {
  await registry.close();
});

async function heldBlobs(): Promise<number> {
  const { reader } = registry.foundations.database;
  return (await reader.selectFrom('memberships').select('digest').execute()).length;
}

describe('a blob that the repository does not hold and a source has', () => {
  it('is served whole, is held from then on, and asked for no more', async () => {
    expect((await registry.request('GET', PATH)).body).toEqual(blob.bytes);
    expect((await registry.request('GET', PATH)).body).toEqual(blob.bytes);

    expect(asked).toEqual([{ repository: REPOSITORY, digest: blob.digest, offset: 0 }]);
    expect(gated).toMatchObject([{ digest: blob.digest, size: blob.bytes.byteLength, origin: 'mirrored' }]);
    await expect.poll(heldBlobs).toBe(1);
  });

  it('is gated and told of under one upload, so that whoever counts bytes on their way knows when they have come', async () => {
    await registry.request('GET', PATH);

    await expect.poll(() => finished).toEqual([expect.any(String)]);
    expect(gated.map(({ upload }) => upload)).toEqual(finished);
  });

  it('is not asked for where the first content of the repository was pushed', async () => {
    await pushBlob(registry.request, REPOSITORY, aBlob(Buffer.from('pushed')));

    expect((await registry.request('GET', PATH)).status).toBe(404);
    expect((await registry.request('HEAD', PATH)).status).toBe(404);
    expect(asked).toEqual([]);
  });

  it('answers HEAD with its size', async () => {
    const { status, headers } = await registry.request('HEAD', PATH);

    expect([status, headers['content-length']]).toEqual([200, String(blob.bytes.byteLength)]);
  });

  it('is fetched once for all who ask meanwhile', async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    answer = async () => {
      await released;
      return found();
    };
    const answers = Promise.all([1, 2, 3].map(() => registry.request('GET', PATH)));
    await expect.poll(() => asked.length).toBe(1);
    release();

    for (const { body } of await answers) expect(body).toEqual(blob.bytes);
    expect(asked).toHaveLength(1);
  });

  it('answers a range of it', async () => {
    const { status, body } = await registry.request('GET', PATH, { headers: { range: 'bytes=2-6' } });

    expect([status, body.toString()]).toEqual([206, 'layer']);
  });

  it('is served and not kept where a gate refuses to keep it', async () => {
    refuse = true;
    const bodies = await Promise.all([1, 2].map(async () => (await registry.request('GET', PATH)).body));

    expect(bodies).toEqual([blob.bytes, blob.bytes]);
    expect((await registry.request('HEAD', PATH)).status).toBe(200);
    expect(await heldBlobs()).toBe(0);
  });

  it.each([
    ['other bytes', () => found(Buffer.from('A layer that lies upstream'))],
    ['other bytes, of a size it does not say', () => unsized(Buffer.from('A layer that lies upstream'))],
    ['too few bytes', () => found(blob.bytes.subarray(0, 9), blob.bytes.byteLength)],
    ['too few bytes, of a size it does not say', () => unsized(blob.bytes.subarray(0, 9))],
    ['more bytes than it said', () => found(blob.bytes, 3)],
    ['another size than it said', () => found(blob.bytes, blob.bytes.byteLength + 1)],
  ])('ends in a transfer that fails, and leaves nothing, where the source gives %s', async (_, give) => {
    answer = give;

    await expect(registry.request('GET', PATH)).rejects.toThrow();
    expect(await heldBlobs()).toBe(0);
  });

  it.each([
    ['a stream that breaks', () => broken()],
    ['no stream', () => ({ outcome: 'found', found: {} }) as Answer],
  ])('is 502 and leaves nothing where the source gives %s', async (_, give) => {
    answer = give;
    const { status, body } = await registry.request('GET', PATH);

    expect([status, body.toString()]).toEqual([502, expect.stringContaining('"UNAVAILABLE"')]);
    expect(await heldBlobs()).toBe(0);
  });

  it('may be pushed meanwhile', async () => {
    await pushBlob(registry.request, REPOSITORY, blob);

    expect((await registry.request('GET', PATH)).body).toEqual(blob.bytes);
    expect(asked).toEqual([]);
  });
});

function unsized(bytes: Buffer): Answer {
  const stream = Readable.from([bytes]);
  return { outcome: 'found', found: { stream, size: undefined, upstream: 'upstream.example' } };
}

function broken(): Answer {
  const stream = new Readable({ read: () => {} });
  stream.push(blob.bytes.subarray(0, 9));
  setImmediate(() => stream.destroy(new Error('the upstream hung up')));
  return { outcome: 'found', found: { stream, size: undefined, upstream: 'upstream.example' } };
}

/** A stream that begins and then says nothing more. */
function silent(): Readable {
  const stream = new Readable({ read: () => {} });
  stream.push(blob.bytes.subarray(0, 9));
  return stream;
}

describe('a source that goes silent', () => {
  it('is given up after a minute with 504', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const stream = silent();
      answer = () => ({ outcome: 'found', found: { stream, size: undefined, upstream: 'upstream.example' } });
      const pulled = registry.request('GET', PATH);
      await vi.waitUntil(() => stream.readableLength === 0 && asked.length > 0);
      await vi.advanceTimersByTimeAsync(60_000);

      expect((await pulled).status).toBe(504);
      expect(stream.destroyed).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('does not keep a server that stops', async () => {
    const stopping = await createTestRegistry({ plugins: [{ plugin: fixture }] });
    const stream = silent();
    answer = () => ({ outcome: 'found', found: { stream, size: undefined, upstream: 'upstream.example' } });
    const pulled = stopping.request('GET', PATH).catch(() => 'cut');
    await expect.poll(() => asked.length).toBe(1);
    await stopping.close();

    expect(await pulled).toBe('cut');
    expect(stream.destroyed).toBe(true);
  });
});

describe('a blob that no source gives', () => {
  it('is 404 where all say that they do not have it', async () => {
    answer = () => ({ outcome: 'absent' });
    const { status, body } = await registry.request('GET', PATH);

    expect([status, body.toString()]).toEqual([404, expect.stringContaining('BLOB_UNKNOWN')]);
  });

  it.each([
    [429, 429],
    [502, 502],
    [503, 503],
    [504, 504],
    [401, 502],
    [500, 502],
    [undefined, 502],
  ])('is answered for an upstream that says %s with %s, its name and when to come again', async (status, expected) => {
    answer = () => ({
      outcome: 'unavailable',
      upstream: 'upstream.example',
      retryAfter: 7,
      ...(status === undefined ? {} : { status }),
    });
    const response = await registry.request('GET', PATH);

    expect([response.status, response.headers['retry-after']]).toEqual([expected, '7']);
    expect(response.body.toString()).toContain('upstream.example');
  });

  it('is 404 to the HEAD of somebody who may push it, although an upstream cannot be asked', async () => {
    answer = () => ({ outcome: 'unavailable', upstream: 'upstream.example' });

    expect((await registry.request('HEAD', PATH)).status).toBe(404);
  });
});
