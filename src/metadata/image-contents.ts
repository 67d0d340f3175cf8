import { Injectable } from '@nestjs/common';
import type { Digest } from '@berth/sdk';
import type { Facts } from './schema.js';

export interface ImageKey {
  readonly repositoryId: number;
  /** Of its manifest. */
  readonly manifestId: number;
}

/** A mirrored manifest that names blobs. */
export interface MirroredImageRow extends ImageKey {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly size: number;
  readonly upstream: string;
  readonly pushedAt: number;
}

/** A blob that an image names, once for each image. */
export interface ImageBlobRow {
  readonly manifestId: number;
  readonly digest: Digest;
  readonly size: number;
  /** Whether the repository has its bytes. */
  readonly isHeld: boolean;
}

/** SQLite takes 32,766 values a statement. */
const IDS_PER_QUERY = 500;

/** Which images of a repository have all that they name. */
@Injectable()
export class ImageContents {
  /** The mirrored images of the repository that name a blob. */
  async naming(facts: Facts, repositoryId: number, blob: Digest): Promise<MirroredImageRow[]> {
    return rows(
      await mirroredManifests(facts)
        .innerJoin('manifest_references as f', 'f.manifest_id', 'm.id')
        .where('f.repository_id', '=', repositoryId)
        .where('f.digest', '=', blob)
        .where('f.kind', '!=', 'manifest')
        .distinct()
        .execute(),
    );
  }

  /** One mirrored manifest; `undefined` where it is none. */
  async find(facts: Facts, manifestId: number): Promise<MirroredImageRow | undefined> {
    return rows(await mirroredManifests(facts).where('m.id', '=', manifestId).execute())[0];
  }

  /** The blobs that these manifests name: none of an index. */
  async blobsOf(facts: Facts, manifestIds: readonly number[]): Promise<ImageBlobRow[]> {
    const found = new Map<string, ImageBlobRow>();
    for (let start = 0; start < manifestIds.length; start += IDS_PER_QUERY) {
      const references = await facts
        .selectFrom('manifest_references as f')
        .leftJoin('memberships as h', (join) =>
          join.onRef('h.repository_id', '=', 'f.repository_id').onRef('h.digest', '=', 'f.digest'),
        )
        .leftJoin('blobs as b', (join) =>
          join.onRef('b.store', '=', 'h.store').onRef('b.digest', '=', 'h.digest').on('b.state', '=', 'present'),
        )
        .where('f.manifest_id', 'in', manifestIds.slice(start, start + IDS_PER_QUERY))
        .where('f.kind', '!=', 'manifest')
        .select(['f.manifest_id as manifestId', 'f.digest', 'f.size', 'b.digest as held'])
        .execute();
      for (const { manifestId, digest, size, held } of references)
        found.set(`${String(manifestId)} ${digest}`, { manifestId, digest, size, isHeld: held !== null });
    }
    return [...found.values()];
  }

  /** The exact bytes of a manifest. */
  async bytesOf(facts: Facts, manifestId: number): Promise<Uint8Array | undefined> {
    const row = await facts
      .selectFrom('manifest_contents')
      .select('bytes')
      .where('manifest_id', '=', manifestId)
      .executeTakeFirst();
    return row?.bytes;
  }

  /** The indexes of the repository that name the image. */
  async indexesOf(facts: Facts, { repositoryId, digest }: MirroredImageRow): Promise<Digest[]> {
    const found = await facts
      .selectFrom('manifest_references as f')
      .innerJoin('manifests as m', 'm.id', 'f.manifest_id')
      .select('m.digest')
      .where('f.repository_id', '=', repositoryId)
      .where('f.digest', '=', digest)
      .where('f.kind', '=', 'manifest')
      .where('m.state', '=', 'present')
      .orderBy('m.id')
      .execute();
    return found.map((row) => row.digest);
  }
}

function mirroredManifests(facts: Facts) {
  return facts
    .selectFrom('manifests as m')
    .where('m.origin', '=', 'mirrored')
    .where('m.state', '=', 'present')
    .where('m.upstream', 'is not', null)
    .select([
      'm.id as manifestId',
      'm.repository_id as repositoryId',
      'm.digest',
      'm.media_type as mediaType',
      'm.size',
      'm.upstream',
      'm.pushed_at as pushedAt',
    ]);
}

function rows(
  found: readonly (Omit<MirroredImageRow, 'upstream'> & { readonly upstream: string | null })[],
): MirroredImageRow[] {
  return found.flatMap((row) => (row.upstream === null ? [] : [{ ...row, upstream: row.upstream }]));
}
