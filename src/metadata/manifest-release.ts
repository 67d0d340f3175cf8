import { Injectable } from '@nestjs/common';
import type { Digest } from '@berth/sdk';
import type { Facts } from './schema.js';
import { UpstreamHoldings } from './upstream-holdings.js';

export interface ReleasedManifest {
  readonly repositoryId: number;
  readonly digest: Digest;
  /** Whoever pulls it by its digest has as long from now on as for anything else that is untagged. */
  readonly at: number;
}

/** Makes of mirrored manifests what garbage collection may take once nothing holds them, as if they had been pushed. */
@Injectable()
export class ManifestRelease {
  constructor(private readonly holdings: UpstreamHoldings) {}

  /** The manifest, those that it names, and those that refer to it, all the way. What was pushed is not touched. */
  async release(facts: Facts, { repositoryId, digest, at }: ReleasedManifest): Promise<void> {
    const seen = new Set<Digest>([digest]);
    // A set is gone through with what is added to it meanwhile.
    for (const one of seen) {
      const manifest = { repositoryId, digest: one, at };
      const id = await this.#releaseOne(facts, manifest);
      if (id === undefined) continue;
      for (const next of await this.#related(facts, manifest, id)) seen.add(next);
    }
  }

  /** Its id, where it is a mirrored one that had an upstream. */
  async #releaseOne(facts: Facts, { repositoryId, digest, at }: ReleasedManifest): Promise<number | undefined> {
    const row = await facts
      .selectFrom('manifests')
      .select(['id', 'upstream', 'size'])
      .where('repository_id', '=', repositoryId)
      .where('digest', '=', digest)
      .where('origin', '=', 'mirrored')
      .executeTakeFirst();
    if (row?.upstream == null) return undefined;
    const { id, upstream, size } = row;
    await facts.updateTable('manifests').set({ upstream: null, last_seen: at }).where('id', '=', id).execute();
    await this.holdings.countManifest(facts, { upstream, repositoryId, size }, '-');
    return id;
  }

  async #related(facts: Facts, { repositoryId, digest }: ReleasedManifest, id: number): Promise<Digest[]> {
    const children = await facts
      .selectFrom('manifest_references')
      .select('digest')
      .where('manifest_id', '=', id)
      .where('kind', '=', 'manifest')
      .execute();
    const referrers = await facts
      .selectFrom('manifests')
      .select('digest')
      .where('repository_id', '=', repositoryId)
      .where('subject', '=', digest)
      .execute();
    return [...children, ...referrers].map((row) => row.digest);
  }
}
