import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import SqliteConnection from 'better-sqlite3';
import type { GeneratedBlob, GeneratedManifest } from './generated-image.ts';

/**
 * Writes rows and files as a server leaves them, without one: pushing so much over HTTP would take longer than all that is measured. The
 * database was made by a server, which does not run now.
 */
export class RegistryWriter {
  readonly #database: SqliteConnection.Database;
  readonly #root: string;
  readonly #statements = new Map<string, SqliteConnection.Statement>();
  readonly #stored = new Set<string>();
  readonly #at: number;
  #written = 0;

  constructor(root: string, at: number) {
    this.#root = root;
    this.#at = at;
    this.#database = new SqliteConnection(join(root, 'berth.db'), { fileMustExist: true });
    this.#database.pragma('synchronous = OFF');
    this.#database.exec('BEGIN');
  }

  repository(name: string, upstream: string | null): number {
    const { lastInsertRowid } = this.#run(
      'insert into repositories (name, store, upstream, created_at, held_bytes) values (?, ?, ?, ?, 0)',
      [name, 'default', upstream, this.#at],
    );
    return Number(lastInsertRowid);
  }

  blob(repositoryId: number, { digest, bytes }: GeneratedBlob): void {
    const encoded = digest.slice(digest.indexOf(':') + 1);
    const location = `blobs/sha256/${encoded.slice(0, 2)}/${encoded}.generated`;
    if (!this.#stored.has(digest)) {
      this.#stored.add(digest);
      const path = join(this.#root, location);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
      this.#run(
        `insert into blobs (store, digest, size, location, state, created_at, last_seen) values (?, ?, ?, ?, 'present', ?, ?)`,
        ['default', digest, bytes.length, location, this.#at, this.#at],
      );
    }
    this.#run(
      'insert or ignore into memberships (repository_id, store, digest, created_at, last_seen) values (?, ?, ?, ?, ?)',
      [repositoryId, 'default', digest, this.#at, this.#at],
    );
  }

  manifest(repositoryId: number, manifest: GeneratedManifest, at: number): number {
    const { digest, mediaType, bytes, artifactType, subject, names } = manifest;
    const { lastInsertRowid: id } = this.#run(
      `insert into manifests (repository_id, digest, media_type, artifact_type, subject, annotations, size, origin, state,
        pushed_at, last_seen) values (?, ?, ?, ?, ?, null, ?, 'pushed', 'present', ?, ?)`,
      [repositoryId, digest, mediaType, artifactType ?? null, subject ?? null, bytes.length, at, at],
    );
    this.#run('insert into manifest_contents (manifest_id, bytes) values (?, ?)', [id, bytes]);
    for (const { kind, digest: named, size } of names)
      this.#run(
        `insert or ignore into manifest_references (manifest_id, repository_id, digest, kind, state, size)
          values (?, ?, ?, ?, 'held', ?)`,
        [id, repositoryId, named, kind, size],
      );
    this.#written += 1;
    // One transaction over all would keep what it has changed in memory.
    if (this.#written % 20_000 === 0) this.#database.exec('COMMIT; BEGIN');
    return Number(id);
  }

  tag(repositoryId: number, name: string, manifestId: number, at: number): void {
    this.#run('insert into tags (repository_id, name, manifest_id, moved_at) values (?, ?, ?, ?)', [
      repositoryId,
      name,
      manifestId,
      at,
    ]);
  }

  pulls(repositoryId: number, digest: string, pulls: number): void {
    this.#run('insert or ignore into pull_statistics (repository_id, digest, pulls, last_pulled) values (?, ?, ?, ?)', [
      repositoryId,
      digest,
      pulls,
      this.#at,
    ]);
  }

  close(): void {
    this.#database.exec('COMMIT');
    this.#database.close();
  }

  #run(sql: string, values: readonly unknown[]): SqliteConnection.RunResult {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement.run(...values);
  }
}
