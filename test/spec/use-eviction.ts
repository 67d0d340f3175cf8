import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { BuiltManifest, FakeUpstream, TestRegistry } from '@berth/testkit';
import { expect } from 'vitest';
import { pull } from './use-sync.js';

/** Pulls an image as clients do: its manifest by tag, and every blob. */
export async function pullImage(
  registry: TestRegistry,
  path: string,
  tag: string,
  built: BuiltManifest,
): Promise<void> {
  const manifest = await pull(registry, `${path}/manifests/${tag}`);
  expect([manifest.status, manifest.digest]).toEqual([200, built.digest]);
  for (const { digest, bytes } of built.blobs) await pullBlob(registry, path, digest, bytes);
}

export async function pullBlob(registry: TestRegistry, path: string, digest: string, bytes: Buffer): Promise<void> {
  const { status, body } = await pull(registry, `${path}/blobs/${digest}`);
  expect([status, body.equals(bytes)]).toEqual([200, true]);
}

/** Until nothing is on its way any more. */
export async function settled({ foundations }: TestRegistry): Promise<void> {
  const { reader } = foundations.database;
  while ((await reader.selectFrom('uploads').select('id').execute()).length > 0) await setImmediate();
}

/** Bytes of the files in the store, those on their way with them. */
export async function storedBytes({ root }: TestRegistry): Promise<number> {
  let sum = 0;
  for (const folder of ['blobs', 'uploads']) {
    for (const entry of await readdir(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      // What is removed meanwhile takes no room.
      sum += await stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      );
    }
  }
  return sum;
}

/** What is counted of an upstream, which has to be what is there. */
export async function heldBytes({ foundations }: TestRegistry, { host }: FakeUpstream): Promise<number> {
  const { reader } = foundations.database;
  const row = await reader
    .selectFrom('upstream_holdings')
    .where('upstream', '=', host)
    .select('held_bytes')
    .executeTakeFirst();
  const blobs = await reader
    .selectFrom('memberships as m')
    .innerJoin('blobs as b', 'b.digest', 'm.digest')
    .where('m.upstream', '=', host)
    .select(['b.digest', 'b.size'])
    .distinct()
    .execute();
  const manifests = await reader.selectFrom('manifests').where('upstream', '=', host).select('size').execute();
  const sum = [...blobs, ...manifests].reduce((total, { size }) => total + size, 0);
  expect(row?.held_bytes ?? 0).toBe(sum);
  return sum;
}

/** Tags that are held, each with its repository. */
export async function heldTags({ foundations }: TestRegistry): Promise<readonly string[]> {
  const rows = await foundations.database.reader
    .selectFrom('tags as t')
    .innerJoin('repositories as r', 'r.id', 't.repository_id')
    .select(['r.name as repository', 't.name as tag'])
    .execute();
  return rows.map(({ repository, tag }) => `${repository}:${tag}`).sort();
}

export async function heldTagsSettle(registry: TestRegistry, expected: readonly string[]): Promise<void> {
  await expect.poll(() => heldTags(registry)).toEqual(expected);
}
