import { PassThrough, Readable } from 'node:stream';
import {
  type GateContext,
  type HookHandler,
  type HookName,
  parseDigest,
  parseRepositoryName,
  parseTag,
  RegistryError,
} from '@berth/sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RegistryLogger } from '../logging/registry-logger.js';
import { InMemoryMeter } from '../metering/in-memory-meter.js';
import { HookLimits } from './hook-limits.js';
import { HookRegistry } from './hook-registry.js';
import { HookRunner } from './hook-runner.js';

const repository = parseRepositoryName('library/app') ?? expect.fail();
const tag = parseTag('latest') ?? expect.fail();
const digest = `sha256:${'0'.repeat(64)}`;
const start = { repository, upload: 'u-1', declaredLength: 5 };

let warnings: string[];
let context: GateContext;
let registry: HookRegistry;
let meter: InMemoryMeter;
let limits: HookLimits;
let logLines: string[];
let runner: HookRunner;
const unhandled = vi.fn();

beforeEach(() => {
  warnings = [];
  context = {
    signal: new AbortController().signal,
    actor: 'ann',
    requestId: 'r-1',
    warn: (text) => void warnings.push(text),
  };
  registry = new HookRegistry();
  meter = new InMemoryMeter();
  limits = new HookLimits();
  logLines = [];
  const output = new PassThrough();
  output.on('data', (line: Buffer) => void logLines.push(line.toString()));
  runner = new HookRunner(registry, new RegistryLogger(output, 'info'), meter, limits);
  process.on('unhandledRejection', unhandled);
});

afterEach(async () => {
  vi.useRealTimers();
  await turnOfTheEventLoop();
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

/** As JavaScript would have it: what a handler does is not what its type says. */
function add(name: HookName, plugin: string, handle: (event: never, context: never) => unknown): void {
  registry.add(name, plugin, { handle } as unknown as HookHandler<HookName>);
}

function counted(instrument: string): number {
  const found = meter.snapshot().find(({ name }) => name === instrument);
  return found?.series.reduce((sum, { value }) => sum + value, 0) ?? 0;
}

async function turnOfTheEventLoop(): Promise<void> {
  await new Promise(setImmediate);
}

/** A RegistryError as another copy of the SDK makes it: the same but for its class. */
function foreignRefusal(more: object = {}): Error {
  const refusal = { code: 'DENIED', status: 403, detail: { by: 'quota' }, headers: {}, ...more };
  return Object.assign(new Error('too much'), { name: 'RegistryError' }, refusal);
}

describe('a gate of a plugin that is not as it should be', () => {
  it.each([false, true, null, 'no', {}])('fails closed where it answers with %j', async (answer) => {
    add('upload.beforeStart', 'odd', () => Promise.resolve(answer));

    await expect(runner.gate('upload.beforeStart', start, context)).rejects.toThrow('of the plugin odd failed');
  });

  it.each([undefined, 'not a function', 5])('fails closed where its handle is %j', async (handle) => {
    // As JavaScript may have it.
    registry.add('upload.beforeStart', 'odd', { handle } as unknown as HookHandler<'upload.beforeStart'>);

    await expect(runner.gate('upload.beforeStart', start, context)).rejects.toThrow('of the plugin odd failed');
  });

  it('refuses through a RegistryError of another copy of the SDK', async () => {
    add('upload.beforeStart', 'quota', () => Promise.reject(foreignRefusal()));
    const refused = runner.gate('upload.beforeStart', start, context);

    await expect(refused).rejects.toBeInstanceOf(RegistryError);
    await expect(refused).rejects.toMatchObject({
      code: 'DENIED',
      status: 403,
      message: 'too much',
      detail: { by: 'quota' },
    });
    expect(counted('berth_hook_failures_total')).toBe(0);
  });

  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  it.each([
    ['a code that is none', { code: 'NO_SUCH' }],
    ['a code of every object', { code: 'toString' }],
    ['a status that is no refusal', { status: 200 }],
    ['a detail that is no JSON', { detail: circular }],
    ['a header that cannot be sent', { headers: { warning: 'a\nb' } }],
  ])('fails closed where its refusal has %s', async (_, more) => {
    add('upload.beforeStart', 'odd', () => Promise.reject(foreignRefusal(more)));

    await expect(runner.gate('upload.beforeStart', start, context)).rejects.toThrow('of the plugin odd failed');
  });

  it('changes nothing by what it does after its deadline, which is logged', async () => {
    limits.deadlines.gate = 5;
    const late = Promise.withResolvers<undefined>();
    add('upload.beforeStart', 'late', async (_, { warn }: GateContext) => {
      await late.promise;
      warn('too late');
      throw new RegistryError('DENIED');
    });
    await expect(runner.gate('upload.beforeStart', start, context)).rejects.toThrow('of the plugin late failed');
    late.resolve(undefined);
    await turnOfTheEventLoop();

    expect(warnings).toEqual([]);
    expect(logLines.join('')).toContain('threw after nobody waited');
    expect(counted('berth_hook_failures_total')).toBe(1);
  });

  it('gets data that it cannot change, and bytes of its own', async () => {
    const bytes = Buffer.from('{}');
    const event = {
      repository,
      digest,
      mediaType: 'a/b',
      size: 2,
      origin: 'pushed',
      reference: tag,
      tags: [tag],
      manifest: { annotations: { key: 'value' } },
      bytes,
    };
    const seen: string[] = [];
    add('manifest.beforePut', 'first', async (given: typeof event) => {
      expect(() => {
        given.manifest.annotations.key = 'other';
      }).toThrow(TypeError);
      expect(() => {
        given.tags.pop();
      }).toThrow(TypeError);
      given.bytes.fill(0);
    });
    add(
      'manifest.beforePut',
      'second',
      async (given: typeof event) => void seen.push(Buffer.from(given.bytes).toString()),
    );
    await runner.gate('manifest.beforePut', event as never, context);

    expect([...seen, bytes.toString()]).toEqual(['{}', '{}']);
  });

  it('is not at fault where the client has left', async () => {
    const abort = new AbortController();
    add('upload.beforeStart', 'slow', () => new Promise(() => {}));
    const refused = runner.gate('upload.beforeStart', start, { ...context, signal: abort.signal });
    abort.abort(new Error('the client left'));
    await expect(refused).rejects.toThrow();

    expect(counted('berth_hook_failures_total')).toBe(0);
  });
});

describe('a source of a plugin that is not as it should be', () => {
  const event = { repository, digest: parseDigest(digest) ?? expect.fail() };
  const blob = (more: object): object => ({ stream: Readable.from([]), size: 5, upstream: 'u', ...more });

  it.each([
    { outcome: 'stale' },
    { outcome: 'unavailable' },
    { outcome: 'unavailable', upstream: 'u', status: 'bad' },
    { outcome: 'lost' },
  ])('is unavailable where it says %j', async (answer) => {
    add('tags.listMiss', 'odd', () => Promise.resolve(answer));

    expect(await runner.source('tags.listMiss', { repository }, context)).toEqual({
      outcome: 'unavailable',
      upstream: 'odd',
    });
  });

  it('leaves no stream open that comes too late, or with an answer that is none', async () => {
    limits.deadlines.source = 5;
    const late = Promise.withResolvers<object>();
    add('blob.readMiss', 'late', () => late.promise);
    await runner.source('blob.readMiss', { ...event, offset: 0 }, context);
    const [first, second] = [new PassThrough(), new PassThrough()];
    late.resolve({ outcome: 'found', found: blob({ stream: first }) });
    await turnOfTheEventLoop();
    expect(first.destroyed).toBe(true);

    registry = new HookRegistry();
    runner = new HookRunner(registry, new RegistryLogger(new PassThrough(), 'silent'), meter, limits);
    add('blob.readMiss', 'odd', () => Promise.resolve({ outcome: 'found', found: blob({ stream: second, size: -1 }) }));
    await runner.source('blob.readMiss', { ...event, offset: 0 }, context);
    expect(second.destroyed).toBe(true);
  });
});

describe('notifications at the end of the server', () => {
  const tell = (): void => {
    runner.notify('repository.created', { repository });
  };

  it('are handled before it goes on', async () => {
    let handled = 0;
    add('repository.created', 'slow', async () => {
      await turnOfTheEventLoop();
      handled += 1;
    });
    for (const _ of [1, 2, 3]) tell();
    await runner.stop(10_000);

    expect(handled).toBe(3);
    expect(counted('berth_hook_dropped_total')).toBe(0);
  });

  it('are dropped and counted where a handler takes longer than there is time, and later ones too', async () => {
    add('repository.created', 'stuck', () => new Promise(() => {}));
    for (const _ of [1, 2, 3]) tell();
    await runner.stop(5);
    tell();

    expect(counted('berth_hook_dropped_total')).toBe(3);
  });

  it('wait in a queue as long as the limit says', async () => {
    limits.queuedEvents = 2;
    add('repository.created', 'stuck', () => new Promise(() => {}));
    for (const _ of [1, 2, 3, 4]) tell();

    expect(counted('berth_hook_dropped_total')).toBe(1);
    await runner.stop(0);
  });
});

describe('a hook', () => {
  it('is measured for each plugin', async () => {
    add('upload.beforeStart', 'quota', () => Promise.resolve());
    await runner.gate('upload.beforeStart', start, context);
    const duration = meter.snapshot().find(({ name }) => name === 'berth_hook_duration_seconds');

    expect(duration?.series).toMatchObject([{ labels: { hook: 'upload.beforeStart', plugin: 'quota' }, count: 1 }]);
  });

  it('that nobody handles makes nothing anew', () => {
    const event = { ...start };
    const first = runner.gate('upload.beforeStart', event, context);

    expect(runner.gate('upload.beforeStart', event, context)).toBe(first);
    expect(runner.source('tags.listMiss', { repository }, context)).toBe(
      runner.source('tags.listMiss', { repository }, context),
    );
    expect(Object.isFrozen(event)).toBe(false);
  });
});
