import { Injectable } from '@nestjs/common';
import type { Digest, Origin, RepositoryName, Tag } from '@berth/sdk';
import { Database } from './database.js';
import type { Facts, ReferenceKind } from './schema.js';
import { UpstreamHoldings } from './upstream-holdings.js';

export interface ManifestRow {
  readonly id: number;
  readonly repositoryId: number;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly size: number;
  readonly origin: Origin;
  readonly lastSeen: number;
  /** Who supplied it; `null` where a client pushed it. */
  readonly upstream: string | null;
  /** Who moved the tag there that it was looked up by. */
  readonly tagOrigin?: Origin;
}

export interface ManifestReference {
  readonly digest: Digest;
  readonly kind: ReferenceKind;
  readonly state: 'held' | 'remote';
  readonly size: number;
}

export interface NewManifest {
  readonly repositoryId: number;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly artifactType: string | undefined;
  readonly subject: Digest | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly bytes: Uint8Array;
  readonly origin: Origin;
  /** Who supplied it, where a source did. */
  readonly upstream?: string;
  readonly references: readonly ManifestReference[];
  readonly actor: string | undefined;
  readonly at: number;
}

interface KnownManifest {
  readonly id: number;
  readonly origin: Origin;
  readonly upstream: string | null;
}

/** What a look-up of `manifests as m` gives. */
const ROW = [
  'm.id',
  'm.repository_id as repositoryId',
  'm.digest',
  'm.media_type as mediaType',
  'm.size',
  'm.origin',
  'm.last_seen as lastSeen',
  'm.upstream',
] as const;

/** SQLite takes 32,766 values a statement; a manifest of 4 MiB may name more layers than fit in one. */
const ROWS_PER_STATEMENT = 500;

@Injectable()
export class Manifests {
  readonly #byDigest;
  readonly #byTag;
  readonly #contents;

  constructor(
    database: Database,
    private readonly holdings: UpstreamHoldings,
  ) {
    this.#byDigest = database.prepare<{ repository: RepositoryName; digest: Digest }, ManifestRow>(
      (reader, { repository, digest }) =>
        reader
          .selectFrom('repositories as r')
          .innerJoin('manifests as m', 'm.repository_id', 'r.id')
          .where('r.name', '=', repository)
          .where('m.digest', '=', digest)
          .where('m.state', '=', 'present')
          .select(ROW),
    );
    this.#byTag = database.prepare<{ repository: RepositoryName; tag: Tag }, ManifestRow>(
      (reader, { repository, tag }) =>
        reader
          .selectFrom('repositories as r')
          .innerJoin('tags as t', 't.repository_id', 'r.id')
          .innerJoin('manifests as m', 'm.id', 't.manifest_id')
          .where('r.name', '=', repository)
          .where('t.name', '=', tag)
          .where('m.state', '=', 'present')
          .select([...ROW, 't.origin as tagOrigin']),
    );
    this.#contents = database.prepare<{ id: number }, { bytes: Uint8Array }>((reader, { id }) =>
      reader.selectFrom('manifest_contents').select('bytes').where('manifest_id', '=', id),
    );
  }

  findByDigest(repository: RepositoryName, digest: Digest): Promise<ManifestRow | undefined> {
    return this.#byDigest.first({ repository, digest });
  }

  findByTag(repository: RepositoryName, tag: Tag): Promise<ManifestRow | undefined> {
    return this.#byTag.first({ repository, tag });
  }

  /** The exact bytes, or `undefined` where the manifest has gone meanwhile. */
  async bytesOf(id: number): Promise<Uint8Array | undefined> {
    return (await this.#contents.first({ id }))?.bytes;
  }

  /** Those of `digests` that the repository holds as manifests. */
  async held(facts: Facts, repositoryId: number, digests: readonly Digest[]): Promise<Set<Digest>> {
    const held = new Set<Digest>();
    for (let start = 0; start < digests.length; start += ROWS_PER_STATEMENT) {
      const rows = await facts
        .selectFrom('manifests')
        .select('digest')
        .where('repository_id', '=', repositoryId)
        .where('digest', 'in', digests.slice(start, start + ROWS_PER_STATEMENT))
        .execute();
      for (const { digest } of rows) held.add(digest);
    }
    return held;
  }

  /**
   * Adds the manifest with its references, or marks the one that is there as just seen. Gives its id. A document that names
   * no type of its own has the type that it was pushed with last. One that a client pushes is the upstream's no more.
   */
  async put(facts: Facts, manifest: NewManifest): Promise<{ readonly id: number; readonly created: boolean }> {
    const known = await facts
      .updateTable('manifests')
      .set({ last_seen: manifest.at, state: 'present', media_type: manifest.mediaType })
      .where('repository_id', '=', manifest.repositoryId)
      .where('digest', '=', manifest.digest)
      .returning(['id', 'origin', 'upstream'])
      .executeTakeFirst();
    if (known) {
      await this.#comesAgain(facts, known, manifest);
      return { id: known.id, created: false };
    }
    const { id } = await facts
      .insertInto('manifests')
      .values({
        repository_id: manifest.repositoryId,
        digest: manifest.digest,
        media_type: manifest.mediaType,
        artifact_type: manifest.artifactType ?? null,
        subject: manifest.subject ?? null,
        annotations: manifest.annotations ? JSON.stringify(manifest.annotations) : null,
        size: manifest.bytes.byteLength,
        origin: manifest.origin,
        state: 'present',
        upstream: manifest.upstream ?? null,
        pushed_at: manifest.at,
        pushed_by: manifest.actor ?? null,
        last_seen: manifest.at,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    await facts.insertInto('manifest_contents').values({ manifest_id: id, bytes: manifest.bytes }).execute();
    await this.#putReferences(facts, id, manifest);
    const { upstream, repositoryId, bytes } = manifest;
    if (upstream !== undefined)
      await this.holdings.countManifest(facts, { upstream, repositoryId, size: bytes.byteLength }, '+');
    return { id, created: true };
  }

  /** Pushed, it is the client's, and all that it names is held now, and stays. From its upstream, that has it again. */
  async #comesAgain(facts: Facts, known: KnownManifest, manifest: NewManifest): Promise<void> {
    const { id, origin, upstream } = known;
    const { repositoryId, bytes } = manifest;
    const counted = { repositoryId, size: bytes.byteLength };
    if (manifest.upstream === undefined) {
      if (upstream === null && origin !== 'mirrored') return;
      await facts
        .updateTable('manifests')
        .set({ origin: manifest.origin, upstream: null })
        .where('id', '=', id)
        .execute();
      await facts.deleteFrom('manifest_references').where('manifest_id', '=', id).execute();
      await this.#putReferences(facts, id, manifest);
      if (upstream !== null) await this.holdings.countManifest(facts, { ...counted, upstream }, '-');
    } else if (upstream === null && origin === 'mirrored') {
      await facts.updateTable('manifests').set({ upstream: manifest.upstream }).where('id', '=', id).execute();
      await this.holdings.countManifest(facts, { ...counted, upstream: manifest.upstream }, '+');
    }
  }

  async #putReferences(facts: Facts, id: number, { repositoryId, references }: NewManifest): Promise<void> {
    for (let start = 0; start < references.length; start += ROWS_PER_STATEMENT) {
      const rows = references.slice(start, start + ROWS_PER_STATEMENT);
      await facts
        .insertInto('manifest_references')
        .values(rows.map((row) => ({ manifest_id: id, repository_id: repositoryId, ...row })))
        .execute();
    }
  }

  /** The index of the repository that names `digest`, or `undefined`: what it names may not be deleted alone. */
  async parentOf(facts: Facts, repositoryId: number, digest: Digest): Promise<Digest | undefined> {
    const row = await facts
      .selectFrom('manifest_references as f')
      .innerJoin('manifests as m', 'm.id', 'f.manifest_id')
      .select('m.digest')
      .where('f.repository_id', '=', repositoryId)
      .where('f.digest', '=', digest)
      .where('f.kind', '=', 'manifest')
      .executeTakeFirst();
    return row?.digest;
  }

  /** A manifest of the repository that names the blob, or `undefined`. */
  async userOf(facts: Facts, repositoryId: number, digest: Digest): Promise<Digest | undefined> {
    const row = await facts
      .selectFrom('manifest_references as f')
      .innerJoin('manifests as m', 'm.id', 'f.manifest_id')
      .select('m.digest')
      .where('f.repository_id', '=', repositoryId)
      .where('f.digest', '=', digest)
      .executeTakeFirst();
    return row?.digest;
  }

  /** Marks it as just seen; false where it has gone. */
  async touch(facts: Facts, id: number, at: number): Promise<boolean> {
    const { numUpdatedRows } = await facts
      .updateTable('manifests')
      .set({ last_seen: at })
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  /** False where it was gone already. Its tags must have gone before. */
  async remove(facts: Facts, id: number): Promise<boolean> {
    const gone = await facts
      .deleteFrom('manifests')
      .where('id', '=', id)
      .returning(['repository_id as repositoryId', 'digest', 'upstream', 'size'])
      .executeTakeFirst();
    if (!gone) return false;
    const { repositoryId, digest, upstream, size } = gone;
    await forgetPulls(facts, repositoryId, digest);
    if (upstream !== null) await this.holdings.countManifest(facts, { upstream, repositoryId, size }, '-');
    return true;
  }
}

/** The pull statistics of a manifest go with it. */
export async function forgetPulls(facts: Facts, repositoryId: number, digest: Digest): Promise<void> {
  await facts
    .deleteFrom('pull_statistics')
    .where('repository_id', '=', repositoryId)
    .where('digest', '=', digest)
    .execute();
}
