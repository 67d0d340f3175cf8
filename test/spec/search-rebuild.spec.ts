import { anArtifact, anImage, anIndex, createTestRegistry, pushManifest, type TestRegistry } from '@berth/testkit';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import search from '@berth/plugin-search';
import type { Transaction } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IndexGeneration } from '../../plugins/search/src/indexing/index-generation.js';
import { Rebuild } from '../../plugins/search/src/indexing/rebuild.js';
import type { IndexTables } from '../../plugins/search/src/tables/index-tables.js';
import { until } from './until.js';
import { SearchClient } from './use-search.js';

const NEVER = new AbortController().signal;

let root: string;
let registry: TestRegistry;
const client = new SearchClient(() => registry);

const image = anImage().withLabels({ team: 'blue' }).build();
const index = anIndex().of(image, anImage().build()).build();
const sbom = anArtifact().withArtifactType('application/spdx+json').withSubject(index).build();

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'berth-search-'));
  registry = await createTestRegistry({ root });
  await pushManifest(registry.request, 'old/app', index, { tag: 'v1' });
  await pushManifest(registry.request, 'old/app', sbom);
  for (let at = 0; at < 18; at++) {
    const other = anImage().withLayerSize(16).build();
    await pushManifest(registry.request, `old/other-${String(at % 3)}`, other, { tag: `v${String(at)}` });
  }
  await restart();
});

afterEach(async () => {
  await registry.close();
  rmSync(root, { recursive: true, force: true });
});

async function restart(between: () => void = () => {}): Promise<void> {
  await registry.close();
  between();
  registry = await createTestRegistry({ root, plugins: [{ plugin: search }] });
}

async function isWhole(): Promise<void> {
  await until('the index is whole', async () => (await client.ask('')).complete);
}

async function found(): Promise<unknown> {
  const pages = await Promise.all(
    ['', 'label:team=blue', 'digest:sha256:0000', 'artifacttype:*', 'old platform:linux/amd64'].map(async (query) =>
      client.ask(query, { limit: '100', sort: 'name' }),
    ),
  );
  return pages.map(({ total, results }) => ({ total, results }));
}

function database() {
  return registry.foundations.pluginDatabases.databaseOf('search', undefined);
}

/** A rebuild of what is there, to its end. */
async function rebuild(isThorough: boolean): Promise<void> {
  await registry.application.get(IndexGeneration, { strict: false }).demandRebuild('a test', isThorough);
  await registry.application.get(Rebuild, { strict: false }).run(NEVER);
}

describe('an index that is missing', { timeout: 20_000 }, () => {
  it('is built while searching goes on, and has everything', async () => {
    await isWhole();
    const { total, results } = await client.ask('', { limit: '100' });

    expect(total).toBe(19);
    expect(results.find(({ repository }) => repository === 'old/app')).toMatchObject({ tag: 'v1', sboms: 1 });
    expect(await client.names('label:team=blue')).toEqual(['old/app:v1']);
  });

  it('finds what is pushed meanwhile', async () => {
    await pushManifest(registry.request, 'new/app', anImage().build(), { tag: 'now' });
    await client.finds('new', ['new/app:now']);
  });
});

describe('an index that is whole', { timeout: 20_000 }, () => {
  beforeEach(isWhole);

  it('goes on where it was after a restart', async () => {
    const before = await found();
    await restart();

    expect((await client.ask('')).complete).toBe(true);
    expect(await found()).toEqual(before);
  });

  it('is the same after it was rebuilt', async () => {
    const before = await found();
    await rebuild(true);
    expect(await found()).toEqual(before);
    await rebuild(false);
    expect(await found()).toEqual(before);
  });

  it('loses what it should not have, and gets what it lacks, when it is rebuilt', async () => {
    const before = await found();
    await database().transaction(async (tables: Transaction<IndexTables>) => {
      const [first] = await tables.selectFrom('images').selectAll().where('tag', 'is not', null).limit(1).execute();
      if (!first) expect.fail();
      const { id: _, ...row } = first;
      await tables
        .insertInto('images')
        .values({ ...row, name: 'old/app:never', tag: 'never' as never })
        .execute();
      await tables.deleteFrom('images').where('name', '=', 'old/other-1:v1').execute();
      const { id } = await tables
        .selectFrom('manifests')
        .select('id')
        .where('kind', '=', 'index')
        .executeTakeFirstOrThrow();
      for (const table of ['documents', 'layers', 'children', 'pairs', 'platforms', 'images'] as const)
        await tables.deleteFrom(table).where('manifest_id', '=', id).execute();
      await tables.deleteFrom('manifests').where('id', '=', id).execute();
    });
    expect(await found()).not.toEqual(before);
    await rebuild(false);

    expect(await found()).toEqual(before);
  });

  it('begins anew where the registry knows less than it does, since its data was put back', async () => {
    await database().transaction(async (tables: Transaction<IndexTables>) => {
      await tables.updateTable('state').set({ value: '1000000' }).where('name', '=', 'cursor').execute();
      await tables.deleteFrom('images').execute();
    });
    await restart();
    await isWhole();

    expect((await client.ask('')).total).toBe(19);
  });

  it('is put aside and built anew where its file is damaged', async () => {
    await restart(() => writeFileSync(join(root, 'plugins/search/plugin.db'), Buffer.alloc(50_000, 'damaged ')));
    await isWhole();

    expect((await client.ask('')).total).toBe(19);
    expect(readdirSync(join(root, 'plugins/search'))).toContain('plugin.db.damaged');
  });
});
