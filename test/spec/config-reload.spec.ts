import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsInt } from 'class-validator';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { definePlugin, type Reconfigure } from '@berth/sdk';
import { ConfigReload } from '../../src/config-reload.js';
import { createTestRegistry, type TestRegistry } from '../kit/index.js';

class FixedConfig {
  @IsInt()
  size = 1;
}

const fixed = definePlugin({ name: 'fixed', config: FixedConfig });

class StuckConfig extends FixedConfig {}

class Stuck implements Reconfigure<StuckConfig> {
  reconfigure({ size }: StuckConfig): Promise<void> {
    stuckWith.push(size);
    return new Promise(() => {});
  }
}

const stuck = definePlugin({ name: 'stuck', config: StuckConfig, reconfigure: Stuck });

let stuckWith: number[];
let folder: string;
let registry: TestRegistry;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-reload-'));
  registry = await createTestRegistry({ plugins: [{ plugin: fixed, section: { size: 1 } }, { plugin: stuck }] });
  stuckWith = [];
});

afterEach(async () => {
  vi.useRealTimers();
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

async function reloaded(text: string): Promise<string> {
  const path = join(folder, 'config.json');
  await writeFile(path, text);
  const { application, foundations } = registry;
  return new ConfigReload(application, foundations.config, path).reload();
}

function valueOf(instrument: string): unknown {
  const found = registry.numbers.find(({ name }) => name === instrument);
  return found?.series.map(({ labels, value }) => [labels, value]);
}

describe('a configuration that is read again', () => {
  it('is counted, and a gauge says that it is valid', async () => {
    expect(await reloaded('{ "extensions": { "fixed": { "plugin": "fixed", "size": 1 } } }')).toBe('applied');
    expect(valueOf('berth_config_reloads_total')).toEqual([[{ outcome: 'applied' }, 1]]);
    expect(valueOf('berth_config_invalid')).toEqual([[{}, 0]]);
  });

  it.each(['{ "extensions": { "fixed": { "size": "large" } } }', '{ "storge": {} }', '{'])(
    'that is not valid raises the gauge: %s',
    async (text) => {
      expect(await reloaded(text)).toBe('invalid');
      expect(valueOf('berth_config_reloads_total')).toEqual([[{ outcome: 'invalid' }, 1]]);
      expect(valueOf('berth_config_invalid')).toEqual([[{}, 1]]);
    },
  );

  it('tells of nothing that has not changed', async () => {
    const { rootDirectory } = registry.foundations.config.storage;
    await reloaded(
      JSON.stringify({
        storage: { rootDirectory, commit: false },
        http: { port: 0 },
        extensions: { fixed: { size: 1 }, stuck: {} },
      }),
    );
    expect(registry.logLines.all.filter(({ event }) => event === 'restart needed')).toEqual([]);
  });

  it('is done with a plugin that does not end its change after ten seconds, which is logged', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const path = join(folder, 'config.json');
    await writeFile(path, '{ "extensions": { "stuck": { "size": 2 } } }');
    const { application, foundations } = registry;
    const reloading = new ConfigReload(application, foundations.config, path).reload();
    await vi.waitFor(() => {
      expect(stuckWith).toEqual([2]);
    });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await reloading).toBe('applied');
    expect(registry.logLines.all).toContainEqual(expect.objectContaining({ plugin: 'stuck', level: 50 }));
  });
});
