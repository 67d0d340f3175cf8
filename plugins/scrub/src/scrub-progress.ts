import { Injectable } from '@nestjs/common';
import { type BlobKey, type ManifestCursor, PluginFiles, PluginLogger } from '@berth/sdk';
import { JsonFile } from './json-file.js';

/** What a pass over everything has come to. Times are milliseconds since the epoch. */
export interface PassCounts {
  readonly startedAt: number;
  readonly blobs: number;
  readonly bytes: number;
  /** Blobs that are damaged still. */
  readonly damaged: number;
  readonly repaired: number;
  readonly missingReferences: number;
}

/** A pass that is not over: where it goes on. */
export interface UnfinishedPass extends PassCounts {
  readonly stage: 'blobs' | 'references';
  readonly afterBlob: Pick<BlobKey, 'store' | 'digest'> | undefined;
  readonly afterManifest: ManifestCursor | undefined;
}

export interface FinishedPass extends PassCounts {
  readonly finishedAt: number;
}

interface Progress {
  readonly format: 1;
  readonly current?: UnfinishedPass;
  readonly last?: FinishedPass;
}

/** How far the scrubbing has come: kept in a file, so that it goes on after a restart. */
@Injectable()
export class ScrubProgress {
  readonly #file: JsonFile<Progress>;

  constructor(files: PluginFiles, logger: PluginLogger) {
    this.#file = new JsonFile<Progress>(files, logger, 'progress.json', { format: 1 });
  }

  async load(): Promise<{ readonly current: UnfinishedPass | undefined; readonly last: FinishedPass | undefined }> {
    const { current, last } = await this.#file.read();
    return { current, last };
  }

  keep(current: UnfinishedPass): Promise<void> {
    return this.#file.change((progress) => ({ ...progress, current }));
  }

  finish(last: FinishedPass): Promise<void> {
    return this.#file.change(() => ({ format: 1, last }));
  }
}
