import { Injectable } from '@nestjs/common';
import type { Digest, Origin, RepositoryName, Tag } from '@berth/sdk';
import type { ExpressionBuilder, Kysely } from 'kysely';
import { Database } from './database.js';
import type { ReferenceKind, Schema } from './schema.js';

/** A manifest with all that is known of it but its bytes. */
export interface WholeManifestRow {
  readonly id: number;
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly artifactType: string | null;
  readonly subject: Digest | null;
  /** JSON of a string map. */
  readonly annotations: string | null;
  readonly size: number;
  readonly origin: Origin;
  readonly pushedAt: number;
  readonly pushedBy: string | null;
  /** Null where it was never pulled. */
  readonly pulls: number | null;
  readonly lastPulledAt: number | null;
}

/** A held reference to what the repository does not have. */
export interface MissingReferenceRow {
  readonly repository: RepositoryName;
  readonly manifest: Digest;
  readonly digest: Digest;
  readonly kind: ReferenceKind;
}

export interface MissingReferences {
  readonly rows: readonly MissingReferenceRow[];
  /** The last manifest that was looked at, or `undefined` at the end. */
  readonly last: number | undefined;
}

/**
 * Manifests with everything, for whoever indexes or checks them. A scan goes by row ids, which are never given twice: what is pushed
 * meanwhile comes at the end, and what goes is passed over.
 */
@Injectable()
export class ManifestScans {
  readonly #byDigest;
  readonly #byTag;

  constructor(private readonly database: Database) {
    this.#byDigest = database.prepare<{ repository: RepositoryName; digest: Digest }, WholeManifestRow>(
      (reader, { repository, digest }) =>
        wholeRows(reader).where('r.name', '=', repository).where('m.digest', '=', digest),
    );
    this.#byTag = database.prepare<{ repository: RepositoryName; tag: Tag }, WholeManifestRow>(
      (reader, { repository, tag }) =>
        wholeRows(reader)
          .innerJoin('tags as t', 't.manifest_id', 'm.id')
          .where('r.name', '=', repository)
          .whereRef('t.repository_id', '=', 'r.id')
          .where('t.name', '=', tag),
    );
  }

  findByDigest(repository: RepositoryName, digest: Digest): Promise<WholeManifestRow | undefined> {
    return this.#byDigest.first({ repository, digest });
  }

  findByTag(repository: RepositoryName, tag: Tag): Promise<WholeManifestRow | undefined> {
    return this.#byTag.first({ repository, tag });
  }

  /** Whether an index of the repository names it. */
  async isPartOfIndex(repository: RepositoryName, digest: Digest): Promise<boolean> {
    const row = await this.database.reader
      .selectFrom('manifest_references as f')
      .innerJoin('repositories as r', 'r.id', 'f.repository_id')
      .where('r.name', '=', repository)
      .where('f.digest', '=', digest)
      .where('f.kind', '=', 'manifest')
      .select('f.digest')
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Manifests whose row comes after `after`, at most `limit`. */
  list({ after, limit }: { readonly after: number; readonly limit: number }): Promise<WholeManifestRow[]> {
    return wholeRows(this.database.reader).where('m.id', '>', after).orderBy('m.id').limit(limit).execute();
  }

  /** Of the next `limit` manifests after `after`: the held references to what their repository does not have. */
  async missingReferences({ after, limit }: { after: number; limit: number }): Promise<MissingReferences> {
    const { reader } = this.database;
    const window = await reader
      .selectFrom('manifests')
      .select('id')
      .where('id', '>', after)
      .where('state', '=', 'present')
      .orderBy('id')
      .limit(limit)
      .execute();
    const last = window.at(-1)?.id;
    if (last === undefined) return { rows: [], last: undefined };
    const rows = await reader
      .selectFrom('manifests as m')
      .innerJoin('repositories as r', 'r.id', 'm.repository_id')
      .innerJoin('manifest_references as f', 'f.manifest_id', 'm.id')
      .where('m.id', '>', after)
      .where('m.id', '<=', last)
      .where('m.state', '=', 'present')
      .where('f.state', '=', 'held')
      .where((e) => e.and([e.not(isHeldBlob(e)), e.or([e('f.kind', '!=', 'manifest'), e.not(isHeldManifest(e))])]))
      .orderBy('m.id')
      .orderBy('f.digest')
      .select(['r.name as repository', 'm.digest as manifest', 'f.digest', 'f.kind'])
      .execute();
    return { rows, last: window.length < limit ? undefined : last };
  }
}

function wholeRows(reader: Kysely<Schema>) {
  return reader
    .selectFrom('manifests as m')
    .innerJoin('repositories as r', 'r.id', 'm.repository_id')
    .leftJoin('pull_statistics as s', (join) =>
      join.onRef('s.repository_id', '=', 'm.repository_id').onRef('s.digest', '=', 'm.digest'),
    )
    .where('m.state', '=', 'present')
    .select([
      'm.id',
      'r.name as repository',
      'm.digest',
      'm.media_type as mediaType',
      'm.artifact_type as artifactType',
      'm.subject',
      'm.annotations',
      'm.size',
      'm.origin',
      'm.pushed_at as pushedAt',
      'm.pushed_by as pushedBy',
      's.pulls',
      's.last_pulled as lastPulledAt',
    ]);
}

type Referring = Schema & { m: Schema['manifests']; f: Schema['manifest_references']; r: Schema['repositories'] };

/** Build caches are indexes whose descriptors are blobs, so that a blob serves for either kind. */
function isHeldBlob(e: ExpressionBuilder<Referring, 'f' | 'm' | 'r'>) {
  return e.exists(
    e
      .selectFrom('memberships as held')
      .innerJoin('blobs as b', (join) => join.onRef('b.digest', '=', 'held.digest').onRef('b.store', '=', 'held.store'))
      .whereRef('held.repository_id', '=', 'f.repository_id')
      .whereRef('held.digest', '=', 'f.digest')
      .where('b.state', '=', 'present')
      .select('held.digest'),
  );
}

function isHeldManifest(e: ExpressionBuilder<Referring, 'f' | 'm' | 'r'>) {
  return e.exists(
    e
      .selectFrom('manifests as child')
      .whereRef('child.repository_id', '=', 'f.repository_id')
      .whereRef('child.digest', '=', 'f.digest')
      .where('child.state', '=', 'present')
      .select('child.id'),
  );
}
