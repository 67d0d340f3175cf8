import { Injectable } from '@nestjs/common';
import { type Digest, type ManifestInfo, ManifestStore, type RepositoryName } from '@berth/sdk';
import { IndexDatabase } from '../tables/index-database.js';
import { IndexWriter } from './index-writer.js';
import { RepositoryRows } from './repository-rows.js';

/** Of one transaction, so that it holds up the event loop for some milliseconds at most. */
const AT_ONCE = 20;

/** How often manifests were pulled. */
@Injectable()
export class PullRows {
  constructor(
    private readonly database: IndexDatabase,
    private readonly manifests: ManifestStore,
    private readonly writer: IndexWriter,
    private readonly repositories: RepositoryRows,
  ) {}

  /** Brings the counts of these up to date. */
  async refresh(pulled: readonly { readonly repository: RepositoryName; readonly digest: Digest }[]): Promise<void> {
    for (let start = 0; start < pulled.length; start += AT_ONCE) {
      const slice = pulled.slice(start, start + AT_ONCE);
      await this.writer.alone(async () => {
        const infos: ManifestInfo[] = [];
        for (const { repository, digest } of slice) {
          const info = await this.manifests.find(repository, { kind: 'digest', digest });
          if (info) infos.push(info);
        }
        await this.#write(infos);
      });
    }
  }

  #write(infos: readonly ManifestInfo[]): Promise<void> {
    return this.database.write(async (tables) => {
      for (const { repository, digest, pulls, lastPulledAt } of infos) {
        const row = await tables
          .selectFrom('manifests as m')
          .innerJoin('repositories as r', 'r.id', 'm.repository_id')
          .select(['m.id', 'm.repository_id as repositoryId', 'm.pulls'])
          .where('r.name', '=', repository)
          .where('m.digest', '=', digest)
          .executeTakeFirst();
        if (!row) continue;
        const { id, repositoryId } = row;
        await tables
          .updateTable('manifests')
          .set({ pulls, pulled_at: lastPulledAt ?? null })
          .where('id', '=', id)
          .execute();
        await tables.updateTable('images').set({ pulls }).where('manifest_id', '=', id).execute();
        await this.repositories.addPulls(tables, repositoryId, pulls - row.pulls);
      }
    });
  }
}
