import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  definePlugin,
  type HealthProbe,
  type HookEvents,
  type HookHandler,
  PluginDatabase,
  PluginFiles,
  type PluginJob,
} from '@berth/sdk';
import { createTestRegistry, type TestRegistry } from '@berth/testkit';
import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { GarbageCollection } from '../../src/content/garbage-collection/garbage-collection.js';
import { JobRuns } from '../../src/metadata/job-runs.js';
import { jsonOf, startUpload } from './exchange.js';
import { until } from './until.js';

interface Tables {
  started: { upload: string };
}

let ran = 0;
const failures = { critical: '', other: '' };

@Injectable()
class Counter implements HookHandler<'upload.started'> {
  constructor(
    private readonly database: PluginDatabase,
    private readonly files: PluginFiles,
  ) {}

  async handle({ upload }: HookEvents['upload.started']): Promise<void> {
    await this.database.transaction((tables: Transaction<Tables>) =>
      tables.insertInto('started').values({ upload }).execute(),
    );
    await this.files.write('last', Buffer.from(upload));
  }
}

@Injectable()
class Tick implements PluginJob {
  readonly name = 'tick';
  readonly schedule = { every: 20 };

  run(): Promise<void> {
    ran += 1;
    return Promise.resolve();
  }
}

/** Does not care whether it is aborted. */
@Injectable()
class EndlessJob implements PluginJob {
  readonly name = 'endless';
  readonly schedule = { every: 20 };

  run(): Promise<void> {
    ran += 1;
    return new Promise(() => {});
  }
}

@Injectable()
class CriticalProbe implements HealthProbe {
  readonly name = 'needed';
  readonly critical = true;

  check(): Promise<void> {
    return failures.critical === '' ? Promise.resolve() : Promise.reject(new Error(failures.critical));
  }
}

@Injectable()
class OtherProbe implements HealthProbe {
  readonly name = 'nice';
  readonly critical = false;

  check(): Promise<void> {
    return failures.other === '' ? Promise.resolve() : Promise.reject(new Error(failures.other));
  }
}

const counting = definePlugin({
  name: 'counting',
  hooks: { 'upload.started': Counter },
  jobs: [Tick],
  health: [CriticalProbe, OtherProbe],
  migrations: {
    '0001-started': {
      up: ({ schema }) => schema.createTable('started').addColumn('upload', 'text').execute(),
    },
  },
});

let registry: TestRegistry | undefined;

afterEach(async () => {
  Object.assign(failures, { critical: '', other: '' });
  // It fails where the plugin's database is left open.
  await registry?.close();
  registry = undefined;
});

async function served(): Promise<TestRegistry> {
  return (registry = await createTestRegistry({ plugins: [{ plugin: counting }] }));
}

describe('what a plugin has for itself', () => {
  it('are its tables and its files, which garbage collection leaves alone', async () => {
    const { request, root, application, clock, foundations } = await served();
    await startUpload(request, 'team/app');
    await until('the file', () => existsSync(join(root, 'plugins/counting/files/last')));
    clock.advance(365 * 86_400_000);
    await application.get(GarbageCollection).run({ delay: 0, signal: new AbortController().signal, gentle: false });

    expect(existsSync(join(root, 'plugins/counting/plugin.db'))).toBe(true);
    expect(existsSync(join(root, 'plugins/counting/files/last'))).toBe(true);
    const rows = foundations.pluginDatabases.databaseOf('counting', undefined).tables<Tables>().selectFrom('started');
    expect(await rows.selectAll().execute()).toHaveLength(1);
  });

  it('are its jobs, whose runs are recorded under its name', async () => {
    const before = ran;
    const { application } = await served();
    await until('two runs', () => ran > before + 1);
    await until(
      'the record',
      async () => (await application.get(JobRuns).of('counting.tick'))?.outcome === 'succeeded',
    );
  });
});

describe('a job that does not end', () => {
  it('holds the end of the server up for the time to drain and no longer', async () => {
    const before = ran;
    const plugin = definePlugin({ name: 'stubborn', jobs: [EndlessJob] });
    const server = await createTestRegistry({ plugins: [{ plugin }] });
    await until('a run', () => ran > before);
    const started = performance.now();
    // It gives a server a second.
    await server.close();

    expect(performance.now() - started).toBeGreaterThan(900);
    expect(server.logLines.all).toContainEqual(expect.objectContaining({ job: 'stubborn.endless' }));
  });
});

describe('/readyz with a plugin', () => {
  it('is 503 while a critical probe fails', async () => {
    const { request } = await served();
    failures.critical = 'no upstream';
    const answer = await request('GET', '/readyz');

    expect([answer.status, jsonOf(answer)]).toEqual([
      503,
      { status: 'ready', failures: { 'counting.needed': 'no upstream' }, degraded: {} },
    ]);
  });

  it('is 200, and says what is degraded, while another probe fails', async () => {
    const { request } = await served();
    failures.other = 'slow';
    const answer = await request('GET', '/readyz');

    expect([answer.status, jsonOf(answer)]).toEqual([
      200,
      { status: 'ready', failures: {}, degraded: { 'counting.nice': 'slow' } },
    ]);
  });
});
