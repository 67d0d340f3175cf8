import { Injectable } from '@nestjs/common';
import {
  type Annotations,
  type Digest,
  type ManifestCursor,
  type ManifestInfo,
  type ManifestPage,
  ManifestStore,
  type MissingReferencePage,
  type Reference,
  type RepositoryName,
} from '@berth/sdk';
import { Manifests } from '../../metadata/manifests.js';
import { ManifestScans, type WholeManifestRow } from '../../metadata/manifest-scans.js';

@Injectable()
export class ContentManifestStore extends ManifestStore {
  constructor(
    private readonly manifests: Manifests,
    private readonly scans: ManifestScans,
  ) {
    super();
  }

  async find(repository: RepositoryName, reference: Reference): Promise<ManifestInfo | undefined> {
    const row =
      reference.kind === 'tag'
        ? await this.scans.findByTag(repository, reference.tag)
        : await this.scans.findByDigest(repository, reference.digest);
    return row && infoOf(row);
  }

  async read(repository: RepositoryName, digest: Digest): Promise<Uint8Array | undefined> {
    const row = await this.manifests.findByDigest(repository, digest);
    return row && this.manifests.bytesOf(row.id);
  }

  async scan(after: ManifestCursor | undefined, limit: number): Promise<ManifestPage> {
    const rows = await this.scans.list({ after: idOf(after), limit });
    const last = rows.length < limit ? undefined : rows.at(-1);
    return { manifests: rows.map(infoOf), next: last && cursorOf(last.id) };
  }

  async missingReferences(after: ManifestCursor | undefined, limit: number): Promise<MissingReferencePage> {
    const { rows, last } = await this.scans.missingReferences({ after: idOf(after), limit });
    return { missing: rows, next: last === undefined ? undefined : cursorOf(last) };
  }
}

function cursorOf(id: number): ManifestCursor {
  return String(id);
}

function idOf(cursor: ManifestCursor | undefined): number {
  if (cursor === undefined) return 0;
  const id = Number(cursor);
  if (!Number.isSafeInteger(id) || id < 0) throw new TypeError(`"${cursor}" is no cursor of a manifest scan.`);
  return id;
}

function infoOf(whole: WholeManifestRow): ManifestInfo {
  const { id: _, annotations, artifactType, subject, pushedBy, pulls, lastPulledAt, ...row } = whole;
  return {
    ...row,
    artifactType: artifactType ?? undefined,
    subject: subject ?? undefined,
    annotations: annotations === null ? {} : (JSON.parse(annotations) as Annotations),
    pushedBy: pushedBy ?? undefined,
    pulls: pulls ?? 0,
    lastPulledAt: lastPulledAt ?? undefined,
  };
}
