import { describe, expect, expectTypeOf, it } from 'vitest';
import type { HookEvents } from '../hooks/hook-events.js';
import type { HookHandler } from '../hooks/hook-handler.js';
import { contractOf, CONTRACT_VERSION, definePlugin, isSameSdk } from './define-plugin.js';
import type { PluginJob } from './plugin-job.js';
import type { Reconfigure } from './reconfigure.js';

class Config {
  readonly limit: number = 1;
}

class OtherConfig {
  readonly name: string = 'x';
}

class StartGate implements HookHandler<'upload.beforeStart'> {
  async handle(_event: HookEvents['upload.beforeStart']): Promise<void> {}
}

class TagListener implements HookHandler<'tag.moved'> {
  async handle(_event: HookEvents['tag.moved']): Promise<void> {}
}

class Idle implements PluginJob {
  readonly name = 'idle';
  readonly schedule = { every: 1000 };
  async run(): Promise<void> {}
}

class TakesOther implements Reconfigure<OtherConfig> {
  reconfigure(_config: OtherConfig): void {}
}

class WithoutRun {
  readonly name = 'idle';
}

describe('definePlugin', () => {
  it('marks a definition with the contract, and freezes it', () => {
    const plugin = definePlugin({
      name: 'x',
      config: Config,
      hooks: { 'upload.beforeStart': [StartGate] },
      jobs: [Idle],
    });
    expect([contractOf(plugin), isSameSdk(plugin), Object.isFrozen(plugin)]).toEqual([CONTRACT_VERSION, true, true]);
    expectTypeOf(plugin.config).not.toBeAny();
  });

  it.each([undefined, null, 'x', {}, { name: 'x' }])('did not make %j', (value) => {
    expect(contractOf(value)).toBeUndefined();
  });

  it('does not compile with a misspelt hook', () => {
    // @ts-expect-error: there is no such hook.
    expect(definePlugin({ name: 'x', hooks: { 'upload.beforeStrat': StartGate } })).toBeDefined();
  });

  it('does not compile with the handler of another hook', () => {
    // @ts-expect-error: it handles upload.beforeStart.
    expect(definePlugin({ name: 'x', hooks: { 'tag.moved': StartGate } })).toBeDefined();
    // @ts-expect-error: one of them handles tag.moved.
    expect(definePlugin({ name: 'x', hooks: { 'upload.beforeStart': [StartGate, TagListener] } })).toBeDefined();
  });

  it('does not compile with an object where a class is wanted', () => {
    // @ts-expect-error: Nest constructs handlers.
    expect(definePlugin({ name: 'x', hooks: { 'upload.beforeStart': new StartGate() } })).toBeDefined();
  });

  it('does not compile with a configuration that is no class, or that reconfigure does not take', () => {
    // @ts-expect-error: an object has no rules.
    expect(definePlugin({ name: 'x', config: { limit: 1 } })).toBeDefined();
    // @ts-expect-error: it takes OtherConfig.
    expect(definePlugin<Config>({ name: 'x', config: Config, reconfigure: TakesOther })).toBeDefined();
  });

  it('does not compile with a contribution that is misspelt or of another shape', () => {
    // @ts-expect-error: it is called jobs.
    expect(definePlugin({ name: 'x', job: [Idle] })).toBeDefined();
    // @ts-expect-error: it cannot be run.
    expect(definePlugin({ name: 'x', jobs: [WithoutRun] })).toBeDefined();
    // @ts-expect-error: a permission says what it is for.
    expect(definePlugin({ name: 'x', permissions: [{ name: 'read' }] })).toBeDefined();
    // @ts-expect-error: it has no name.
    expect(definePlugin({ config: Config })).toBeDefined();
  });
});
