import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type GateContext,
  type HookHandler,
  type HookName,
  parseRepositoryName,
  parseTag,
  RegistryError,
  type SourceAnswer,
} from '@berth/sdk';
import { RegistryLogger } from '../logging/registry-logger.js';
import { InMemoryMeter } from '../metering/in-memory-meter.js';
import { HookLimits } from './hook-limits.js';
import { HookRegistry } from './hook-registry.js';
import { HookRunner } from './hook-runner.js';

const repository = parseRepositoryName('library/app') ?? expect.fail();
const tag = parseTag('latest') ?? expect.fail();
const warnings: string[] = [];
const context: GateContext = {
  signal: new AbortController().signal,
  actor: 'ann',
  requestId: 'r-1',
  warn: (text) => void warnings.push(text),
};
const start = { repository, upload: 'u-1', declaredLength: 5 };
const refresh = { repository, tag, held: undefined };

let registry: HookRegistry;
let limits: HookLimits;
let meter: InMemoryMeter;
let runner: HookRunner;

beforeEach(() => {
  registry = new HookRegistry();
  meter = new InMemoryMeter();
  limits = new HookLimits();
  runner = new HookRunner(registry, new RegistryLogger(new PassThrough(), 'silent'), meter, limits);
});

afterEach(() => {
  vi.useRealTimers();
});

function add<Name extends HookName>(name: Name, plugin: string, handle: HookHandler<Name>['handle']): void {
  registry.add(name, plugin, { handle });
}

function counted(instrument: string): number {
  const found = meter.snapshot().find(({ name }) => name === instrument);
  return found?.series.reduce((sum, { value }) => sum + value, 0) ?? 0;
}

async function turnOfTheEventLoop(): Promise<void> {
  await new Promise(setImmediate);
}

describe('a gate', () => {
  it('asks its handlers one after the other, in the order of the configuration', async () => {
    const steps: string[] = [];
    for (const plugin of ['first', 'second', 'third']) {
      add('upload.beforeStart', plugin, async () => {
        steps.push(`${plugin} begins`);
        await turnOfTheEventLoop();
        steps.push(`${plugin} ends`);
      });
    }
    await runner.gate('upload.beforeStart', start, context);

    expect(steps).toEqual(['first', 'second', 'third'].flatMap((plugin) => [`${plugin} begins`, `${plugin} ends`]));
  });

  it('passes on the RegistryError of the first that refuses, and asks no more', async () => {
    const refusal = new RegistryError('DENIED');
    let asked = 0;
    add('upload.beforeStart', 'quota', () => Promise.reject(refusal));
    add('upload.beforeStart', 'lint', async () => void (asked += 1));

    await expect(runner.gate('upload.beforeStart', start, context)).rejects.toBe(refusal);
    expect(asked).toBe(0);
    expect(counted('berth_hook_failures_total')).toBe(0);
  });

  it.each([
    ['rejects', () => Promise.reject(new TypeError('a bug'))],
    [
      'throws at once',
      () => {
        throw new TypeError('a bug');
      },
    ],
  ])('fails closed where a handler %s with anything else', async (_, handle) => {
    add('upload.beforeStart', 'broken', handle);
    const refused = runner.gate('upload.beforeStart', start, context);

    await expect(refused).rejects.not.toBeInstanceOf(RegistryError);
    await expect(refused).rejects.toMatchObject({ cause: { message: 'a bug' } });
    expect(counted('berth_hook_failures_total')).toBe(1);
  });

  it('fails closed where a handler takes longer than its deadline', async () => {
    vi.useFakeTimers();
    add('upload.beforeStart', 'slow', () => new Promise(() => {}));
    const refused = expect(runner.gate('upload.beforeStart', start, context)).rejects.toThrow('slow');
    await vi.advanceTimersByTimeAsync(10_000);

    await refused;
  });

  it('gives each handler the event frozen, who asks, and in which request', async () => {
    let seen: unknown;
    add('upload.beforeStart', 'lint', async (event, { actor, requestId }) => {
      seen = { isFrozen: Object.isFrozen(event), actor, requestId };
    });
    await runner.gate('upload.beforeStart', { ...start }, context);

    expect(seen).toEqual({ isFrozen: true, actor: 'ann', requestId: 'r-1' });
  });

  it('ends with the request whose client has gone', async () => {
    const abort = new AbortController();
    add('upload.beforeStart', 'slow', () => new Promise(() => {}));
    const refused = runner.gate('upload.beforeStart', start, { ...context, signal: abort.signal });
    abort.abort(new Error('the client left'));

    await expect(refused).rejects.toMatchObject({ cause: { message: 'the client left' } });
  });
});

describe('a source', () => {
  type Result = SourceAnswer<'tag.refresh'>;
  const stale: Result = { outcome: 'stale', reason: 'no answer' };
  const unavailable: Result = { outcome: 'unavailable', upstream: 'docker.io', status: 503 };
  const answering = (...results: Result[]): Promise<Result> => {
    for (const [at, result] of results.entries()) add('tag.refresh', `p${String(at)}`, () => Promise.resolve(result));
    return runner.source('tag.refresh', refresh, context);
  };

  it('is absent where nobody is asked, and where all say so', async () => {
    expect(await runner.source('tag.refresh', refresh, context)).toEqual({ outcome: 'absent' });
    expect(await answering({ outcome: 'absent' }, { outcome: 'absent' })).toEqual({ outcome: 'absent' });
  });

  it('answers with the first that is not absent, and asks no more', async () => {
    const notAsked = vi.fn(() => Promise.resolve(unavailable));
    add('tag.refresh', 'absent', () => Promise.resolve({ outcome: 'absent' }));
    add('tag.refresh', 'stale', () => Promise.resolve(stale));
    add('tag.refresh', 'never', notAsked);

    expect(await runner.source('tag.refresh', refresh, context)).toBe(stale);
    expect(notAsked).not.toHaveBeenCalled();
  });

  it('goes on after one that is unavailable to one that has it', async () => {
    expect(await answering(unavailable, stale)).toBe(stale);
  });

  it('is unavailable where one is and the others are absent, in either order', async () => {
    expect(await answering({ outcome: 'absent' }, unavailable, { outcome: 'absent' })).toBe(unavailable);
  });

  it('is unavailable where a handler throws, which is counted', async () => {
    add('tag.refresh', 'broken', () => Promise.reject(new TypeError('a bug')));

    expect(await runner.source('tag.refresh', refresh, context)).toEqual({
      outcome: 'unavailable',
      upstream: 'broken',
    });
    expect(counted('berth_hook_failures_total')).toBe(1);
  });

  it.each([undefined, null, 'found', 7, {}, { outcome: 'perhaps' }])(
    'is unavailable where a handler answers with %j',
    async (nonsense) => {
      add('tag.refresh', 'odd', () => Promise.resolve(nonsense as Result));

      expect(await runner.source('tag.refresh', refresh, context)).toMatchObject({ outcome: 'unavailable' });
    },
  );

  it('is unavailable where no answer comes before the deadline', async () => {
    vi.useFakeTimers();
    add('tag.refresh', 'slow', () => new Promise(() => {}));
    const asked = runner.source('tag.refresh', refresh, context);
    await vi.advanceTimersByTimeAsync(30_000);

    expect(await asked).toEqual({ outcome: 'unavailable', upstream: 'slow', status: 504 });
  });

  it('lets what streams on after the answer take as long as it likes', async () => {
    vi.useFakeTimers();
    let signal: AbortSignal | undefined;
    add('tag.refresh', 'streaming', (_, given) => {
      ({ signal } = given);
      return Promise.resolve(stale);
    });
    await runner.source('tag.refresh', refresh, context);
    await vi.advanceTimersByTimeAsync(3_600_000);

    expect(signal?.aborted).toBe(false);
  });
});

describe('a notification', () => {
  it('reaches every handler although one throws, and never throws itself', async () => {
    const reached: string[] = [];
    add('repository.created', 'broken', () => {
      throw new TypeError('a bug');
    });
    add('repository.created', 'rejecting', () => Promise.reject(new TypeError('a bug')));
    add('repository.created', 'good', async ({ repository }) => void reached.push(repository));
    runner.notify('repository.created', { repository }, context);
    await turnOfTheEventLoop();

    expect(reached).toEqual([repository]);
    expect(counted('berth_hook_failures_total')).toBe(2);
  });

  it('is not waited for, and a handler gets its events one after the other', async () => {
    const steps: string[] = [];
    const gates: (() => void)[] = [];
    add('repository.created', 'slow', async ({ repository }) => {
      steps.push(repository);
      await new Promise<void>((resolve) => gates.push(resolve));
    });
    const other = parseRepositoryName('other') ?? expect.fail();
    runner.notify('repository.created', { repository });
    runner.notify('repository.created', { repository: other });
    await turnOfTheEventLoop();
    expect(steps).toEqual([repository]);

    gates[0]?.();
    await turnOfTheEventLoop();
    expect(steps).toEqual([repository, other]);
  });

  it('is dropped and counted where a thousand wait for the handler already', async () => {
    let release = (): void => {};
    let handled = 0;
    const blocked = new Promise<void>((resolve) => (release = resolve));
    add('repository.created', 'slow', async () => {
      handled += 1;
      await blocked;
    });
    // One is being handled, a thousand wait.
    for (let count = 0; count < 1006; count++) runner.notify('repository.created', { repository });
    expect(counted('berth_hook_dropped_total')).toBe(5);

    release();
    await vi.waitFor(() => {
      expect(handled).toBe(1001);
    });
  });

  it('of one handler waits for no other', async () => {
    let reached = 0;
    add('repository.created', 'stuck', () => new Promise(() => {}));
    add('repository.created', 'good', async () => void (reached += 1));
    for (const _ of [1, 2, 3]) runner.notify('repository.created', { repository });
    await turnOfTheEventLoop();

    expect(reached).toBe(3);
  });
});

describe('a hook', () => {
  it('says whether anybody listens', () => {
    expect(runner.hears('manifest.pulled')).toBe(false);
    add('manifest.pulled', 'metrics', async () => {});
    expect(runner.hears('manifest.pulled')).toBe(true);
  });
});
