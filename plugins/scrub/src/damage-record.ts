import { Injectable } from '@nestjs/common';
import { type AffectedManifest, type BlobKey, type MissingReference, PluginFiles, PluginLogger } from '@berth/sdk';
import type { Finding } from './blob-check.js';
import { JsonFile } from './json-file.js';

/** A blob that was found damaged. Times are milliseconds since the epoch. */
export interface DamagedBlob extends Pick<BlobKey, 'store' | 'digest'>, Finding {
  readonly size: number;
  readonly foundAt: number;
  /** When a pass saw it last. */
  readonly seenAt: number;
  readonly repairedAt?: number;
  /** Some of the manifests that need it. */
  readonly images: readonly AffectedManifest[];
}

interface Damage {
  readonly format: 1;
  readonly blobs: readonly DamagedBlob[];
  readonly missing: readonly MissingReference[];
}

/** What is kept at most: of a store that is damaged throughout, this is enough to know it. */
const KEPT_BLOBS = 1000;
const KEPT_REFERENCES = 1000;

/** What was found, for the report: bounded, and kept in a file. */
@Injectable()
export class DamageRecord {
  readonly #file: JsonFile<Damage>;

  constructor(files: PluginFiles, logger: PluginLogger) {
    this.#file = new JsonFile<Damage>(files, logger, 'damage.json', { format: 1, blobs: [], missing: [] });
  }

  async list(): Promise<{ readonly blobs: readonly DamagedBlob[]; readonly missing: readonly MissingReference[] }> {
    return this.#file.read();
  }

  /** Adds a blob, or says of one that was found before that it is damaged still. */
  found(blob: DamagedBlob): Promise<void> {
    return this.#file.change((damage) => {
      const known = damage.blobs.find((other) => isSame(other, blob) && other.repairedAt === undefined);
      const others = damage.blobs.filter((other) => !isSame(other, blob));
      return { ...damage, blobs: bounded([...others, { ...blob, foundAt: known?.foundAt ?? blob.foundAt }]) };
    });
  }

  repaired(key: BlobKey, repairedAt: number): Promise<void> {
    return this.#change(key, (blob) => ({ ...blob, repairedAt }));
  }

  missing(references: readonly MissingReference[]): Promise<void> {
    return this.#file.change((damage) => ({
      ...damage,
      missing: [...damage.missing, ...references].slice(0, KEPT_REFERENCES),
    }));
  }

  /** What was missing is looked for anew. */
  forgetMissing(): Promise<void> {
    return this.#file.change((damage) => (damage.missing.length === 0 ? damage : { ...damage, missing: [] }));
  }

  /** Blobs that the pass since `startedAt` did not see any more are gone: collected, with all that named them. */
  forgetUnseen(startedAt: number): Promise<void> {
    return this.#file.change((damage) => {
      const blobs = damage.blobs.filter(({ seenAt, repairedAt }) => repairedAt !== undefined || seenAt >= startedAt);
      return blobs.length === damage.blobs.length ? damage : { ...damage, blobs };
    });
  }

  /** Changes the entry of a blob that is not repaired, where there is one. */
  #change(key: BlobKey, change: (blob: DamagedBlob) => DamagedBlob): Promise<void> {
    const isMeant = (blob: DamagedBlob): boolean => isSame(blob, key) && blob.repairedAt === undefined;
    return this.#file.change((damage) =>
      damage.blobs.some(isMeant)
        ? { ...damage, blobs: damage.blobs.map((blob) => (isMeant(blob) ? change(blob) : blob)) }
        : damage,
    );
  }
}

function isSame(one: BlobKey, other: BlobKey): boolean {
  return one.store === other.store && one.digest === other.digest;
}

/** Those that are repaired go first, the oldest of them before the others. */
function bounded(blobs: readonly DamagedBlob[]): readonly DamagedBlob[] {
  if (blobs.length <= KEPT_BLOBS) return blobs;
  const victim = Math.max(
    0,
    blobs.findIndex(({ repairedAt }) => repairedAt !== undefined),
  );
  return blobs.toSpliced(victim, 1);
}
