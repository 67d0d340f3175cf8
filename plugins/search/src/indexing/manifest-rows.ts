import { Injectable } from '@nestjs/common';
import type { Descriptor, Digest } from '@berth/sdk';
import type { Insertable, Transaction } from 'kysely';
import type {
  DocumentsTable,
  IndexTables,
  LayersTable,
  ManifestsTable,
  ChildrenTable,
} from '../tables/index-tables.js';
import { IndexDialect } from '../dialect/index-dialect.js';
import { insertRows } from '../tables/insert-rows.js';
import { NO_CONFIG } from './image-config.js';
import { layerChain } from './layer-chain.js';
import type { ManifestContent } from './manifest-content.js';
import { keyOf, type ManifestKey, pairOf } from './manifest-key.js';

type Tables = Transaction<IndexTables>;

export interface NewManifest {
  readonly repositoryId: number;
  readonly content: ManifestContent;
}

export interface KnownManifest {
  readonly id: number;
  readonly totalSize: number;
  readonly pulls: number;
}

/** Manifests with what they name, as rows. What depends on other manifests is `ManifestRelations`. */
@Injectable()
export class ManifestRows {
  constructor(private readonly dialect: IndexDialect) {}

  /** Which of `keys` are indexed, by `keyOf`. */
  async known(tables: Tables, keys: readonly ManifestKey[]): Promise<ReadonlyMap<string, KnownManifest>> {
    if (keys.length === 0) return new Map();
    const rows = await tables
      .selectFrom('manifests')
      .select(['id', 'repository_id as repositoryId', 'digest', 'total_size as totalSize', 'pulls'])
      .where((e) => this.dialect.arePairAmong([e.ref('repository_id'), e.ref('digest')], keys.map(pairOf)))
      .execute();
    return new Map(rows.map((row) => [keyOf(row), row]));
  }

  /** Puts each in place of what was known of it. Gives their ids. */
  async put(tables: Tables, manifests: readonly NewManifest[], generation: number): Promise<readonly number[]> {
    if (manifests.length === 0) return [];
    const known = await this.known(
      tables,
      manifests.map(({ repositoryId, content }) => ({ repositoryId, digest: content.info.digest })),
    );
    await this.#removeParts(
      tables,
      [...known.values()].map(({ id }) => id),
    );
    const rows = manifests.map((manifest) => rowOf(manifest, generation));
    const written = await insertRows(tables, this.dialect, 'manifests', rows)
      .onConflict((conflict) =>
        conflict.columns(['repository_id', 'digest']).doUpdateSet((e) => ({
          kind: e.ref('excluded.kind'),
          media_type: e.ref('excluded.media_type'),
          artifact_type: e.ref('excluded.artifact_type'),
          config_digest: e.ref('excluded.config_digest'),
          is_config_read: e.ref('excluded.is_config_read'),
          total_size: e.ref('excluded.total_size'),
          layer_count: e.ref('excluded.layer_count'),
          chain: e.ref('excluded.chain'),
          os: e.ref('excluded.os'),
          architecture: e.ref('excluded.architecture'),
          variant: e.ref('excluded.variant'),
          built_at: e.ref('excluded.built_at'),
          origin: e.ref('excluded.origin'),
          pushed_at: e.ref('excluded.pushed_at'),
          pushed_by: e.ref('excluded.pushed_by'),
          subject: e.ref('excluded.subject'),
          size: e.ref('excluded.size'),
          pulls: e.ref('excluded.pulls'),
          pulled_at: e.ref('excluded.pulled_at'),
          generation: e.ref('excluded.generation'),
        })),
      )
      .returning(['id', 'repository_id as repositoryId', 'digest'])
      .execute();
    const ids = new Map(written.map((row) => [keyOf(row), row.id]));
    const identified = manifests.flatMap((manifest) => {
      const { repositoryId, content } = manifest;
      const id = ids.get(keyOf({ repositoryId, digest: content.info.digest }));
      return id === undefined ? [] : [{ ...manifest, id }];
    });
    await this.#putParts(tables, identified);
    return [...ids.values()];
  }

  /** Says of rows that are true still that this generation has seen them. */
  async keep(tables: Tables, ids: readonly number[], generation: number): Promise<void> {
    if (ids.length === 0) return;
    await tables
      .updateTable('manifests')
      .set({ generation })
      .where((e) => this.dialect.isAmong(e.ref('id'), ids))
      .execute();
  }

  async remove(tables: Tables, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#removeParts(tables, ids);
    await tables
      .deleteFrom('platforms')
      .where((e) => this.dialect.isAmong(e.ref('manifest_id'), ids))
      .execute();
    await tables
      .deleteFrom('pairs')
      .where((e) => this.dialect.isAmong(e.ref('manifest_id'), ids))
      .execute();
    await tables
      .deleteFrom('manifests')
      .where((e) => this.dialect.isAmong(e.ref('id'), ids))
      .execute();
  }

  async #removeParts(tables: Tables, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    for (const table of ['documents', 'layers', 'children'] as const)
      await tables
        .deleteFrom(table)
        .where((e) => this.dialect.isAmong(e.ref('manifest_id'), ids))
        .execute();
  }

  async #putParts(tables: Tables, manifests: readonly (NewManifest & { readonly id: number })[]): Promise<void> {
    await insertRows(tables, this.dialect, 'documents', manifests.map(documentOf)).execute();
    const layers = manifests.flatMap(({ id, content }) => layersOf(id, content.layers));
    if (layers.length > 0) await insertRows(tables, this.dialect, 'layers', layers).execute();
    const children = manifests.flatMap(childrenOf);
    if (children.length > 0) await insertRows(tables, this.dialect, 'children', children).execute();
  }
}

function rowOf({ repositoryId, content }: NewManifest, generation: number): Insertable<ManifestsTable> {
  const { info, kind, config, layers, imageConfig } = content;
  const { os, architecture, variant, builtAt } = imageConfig ?? NO_CONFIG;
  return {
    repository_id: repositoryId,
    digest: info.digest,
    kind,
    media_type: info.mediaType,
    artifact_type: info.artifactType ?? null,
    subject: info.subject ?? null,
    config_digest: config?.digest ?? null,
    is_config_read: imageConfig ? 1 : 0,
    size: info.size,
    total_size: info.size + sizeOfAll(config ? [config, ...layers] : layers),
    layer_count: layers.length,
    chain: layerChain(layers.map(({ digest }) => digest)).at(-1) ?? null,
    os: os ?? null,
    architecture: architecture ?? null,
    variant: variant ?? null,
    built_at: builtAt ?? null,
    origin: info.origin,
    pushed_at: info.pushedAt,
    pushed_by: info.pushedBy ?? null,
    signatures: 0,
    sboms: 0,
    referrers: 0,
    pulls: info.pulls,
    pulled_at: info.lastPulledAt ?? null,
    generation,
  };
}

/** Bytes of all that are named, each digest once. */
function sizeOfAll(descriptors: readonly Descriptor[]): number {
  const sizes = new Map<Digest, number>(descriptors.map(({ digest, size }) => [digest, size]));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function documentOf({ id, content }: NewManifest & { readonly id: number }): Insertable<DocumentsTable> {
  const { annotations, config, imageConfig = NO_CONFIG } = content;
  return {
    manifest_id: id,
    annotations: JSON.stringify(annotations),
    labels: JSON.stringify(imageConfig.labels),
    history: JSON.stringify(imageConfig.history),
    author: imageConfig.author ?? null,
    config_media_type: config?.mediaType ?? null,
    config_size: config?.size ?? 0,
  };
}

function layersOf(id: number, layers: readonly Descriptor[]): Insertable<LayersTable>[] {
  const chain = layerChain(layers.map(({ digest }) => digest));
  return layers.map(({ digest, mediaType, size }, position) => ({
    manifest_id: id,
    position,
    digest,
    media_type: mediaType,
    size,
    chain: chain[position] ?? '',
  }));
}

function childrenOf({ id, repositoryId, content }: NewManifest & { readonly id: number }): Insertable<ChildrenTable>[] {
  return content.children.map(({ digest, mediaType, artifactType, size, platform }, position) => ({
    manifest_id: id,
    repository_id: repositoryId,
    position,
    digest,
    media_type: mediaType,
    artifact_type: artifactType ?? null,
    size,
    os: platform?.os ?? null,
    architecture: platform?.architecture ?? null,
    variant: platform?.variant ?? null,
  }));
}
