import type { Kysely } from 'kysely';
import { algorithmOf, digestOf } from '@berth/sdk';
import { createHash } from 'node:crypto';
import type { Schema } from '../../src/metadata/schema.js';
import type { BlobStorage } from '../../src/storage/blob-storage.js';
import { readAll } from './content-client.js';

/**
 * Every fact that is not true, as text: a blob row without its very bytes, a membership without its blob, a reference
 * that is said to be held and is not, a tag or manifest without what it needs. Nothing in a registry that keeps its word.
 */
export async function brokenFacts(reader: Kysely<Schema>, storage: BlobStorage): Promise<string[]> {
  return [...(await blobsWithoutBytes(reader, storage)), ...(await danglingRows(reader))];
}

async function blobsWithoutBytes(reader: Kysely<Schema>, storage: BlobStorage): Promise<string[]> {
  const faults: string[] = [];
  const rows = await reader.selectFrom('blobs').selectAll().where('state', '=', 'present').execute();
  for (const { digest, size, location } of rows) {
    const open = await storage.open(location);
    if (!open) {
      faults.push(`${digest} has a row but no bytes at ${location}`);
      continue;
    }
    const bytes = await readAll(open, size);
    const algorithm = algorithmOf(digest);
    const found = digestOf(algorithm, createHash(algorithm).update(bytes).digest('hex'));
    if (found !== digest || bytes.byteLength !== size) faults.push(`${digest} reads as ${found}`);
  }
  return faults;
}

async function danglingRows(reader: Kysely<Schema>): Promise<string[]> {
  const memberships = await reader
    .selectFrom('memberships as m')
    .leftJoin('blobs as b', (join) => join.onRef('b.digest', '=', 'm.digest').onRef('b.store', '=', 'm.store'))
    .where('b.digest', 'is', null)
    .select('m.digest')
    .execute();
  const layers = await reader
    .selectFrom('manifest_references as f')
    .leftJoin('memberships as m', (join) =>
      join.onRef('m.repository_id', '=', 'f.repository_id').onRef('m.digest', '=', 'f.digest'),
    )
    .where('f.state', '=', 'held')
    .where('f.kind', 'in', ['config', 'layer'])
    .where('m.digest', 'is', null)
    .select('f.digest')
    .execute();
  const children = await reader
    .selectFrom('manifest_references as f')
    .leftJoin('manifests as m', (join) =>
      join.onRef('m.repository_id', '=', 'f.repository_id').onRef('m.digest', '=', 'f.digest'),
    )
    .where('f.state', '=', 'held')
    .where('f.kind', '=', 'manifest')
    .where('m.digest', 'is', null)
    .select('f.digest')
    .execute();
  const contents = await reader
    .selectFrom('manifests as m')
    .leftJoin('manifest_contents as c', 'c.manifest_id', 'm.id')
    .where('c.manifest_id', 'is', null)
    .select('m.digest')
    .execute();
  const miscounted = await reader
    .selectFrom('repositories as r')
    .leftJoin('memberships as m', 'm.repository_id', 'r.id')
    .leftJoin('blobs as b', (join) => join.onRef('b.digest', '=', 'm.digest').onRef('b.store', '=', 'm.store'))
    .groupBy('r.id')
    .having((e) => e(e.fn.coalesce(e.fn.sum('b.size'), e.lit(0)), '!=', e.ref('r.held_bytes')))
    .select('r.name')
    .execute();
  return [
    ...(await miscountedUpstreams(reader)),
    ...miscounted.map(({ name }) => `${name} holds other bytes than it counts`),
    ...memberships.map(({ digest }) => `${digest} is held by a repository and has no blob row`),
    ...layers.map(({ digest }) => `${digest} is part of a manifest and not held`),
    ...children.map(({ digest }) => `${digest} is part of an index and not there`),
    ...contents.map(({ digest }) => `${digest} has no bytes`),
  ];
}

async function miscountedUpstreams(reader: Kysely<Schema>): Promise<string[]> {
  const blobs = await reader
    .selectFrom('memberships as m')
    .innerJoin('blobs as b', (join) => join.onRef('b.digest', '=', 'm.digest').onRef('b.store', '=', 'm.store'))
    .where('m.upstream', 'is not', null)
    .select(['m.upstream', 'm.store', 'm.digest', 'b.size'])
    .distinct()
    .execute();
  const manifests = await reader
    .selectFrom('manifests as m')
    .innerJoin('repositories as r', 'r.id', 'm.repository_id')
    .where('m.upstream', 'is not', null)
    .select(['m.upstream', 'r.store', 'm.size'])
    .execute();
  const sums = new Map<string, number>();
  const add = (upstream: string | null, store: string, size: number): void => {
    const key = `${String(upstream)} in ${store}`;
    sums.set(key, (sums.get(key) ?? 0) + size);
  };
  for (const { upstream, store, size } of [...blobs, ...manifests]) add(upstream, store, size);
  for (const { upstream, store, held_bytes } of await reader.selectFrom('upstream_holdings').selectAll().execute())
    add(upstream, store, -held_bytes);
  return [...sums]
    .filter(([, sum]) => sum !== 0)
    .map(([key, sum]) => `${key} is counted with ${String(-sum)} bytes more`);
}
