import { Injectable } from '@nestjs/common';
import { type Digest, RegistryError, type RepositoryName } from '@berth/sdk';
import { RegistryLogger } from '../../logging/registry-logger.js';
import { HookRunner } from '../../plugin-host/hook-runner.js';
import type { ContentContext } from '../content-context.js';
import { UploadCommit } from '../uploads/upload-commit.js';
import { type FillUpload, FillUploads } from './fill-uploads.js';

export interface FilledBlob {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly upload: FillUpload;
  /** Bytes. */
  readonly size: number;
  readonly upstream: string;
}

/** Makes verified bytes that came from an upstream a blob that the repository holds. Whatever comes of it, those who follow it have it. */
@Injectable()
export class FillKeeping {
  constructor(
    private readonly uploads: FillUploads,
    private readonly uploadCommit: UploadCommit,
    private readonly hooks: HookRunner,
    private readonly logger: RegistryLogger,
  ) {}

  async keep(filled: FilledBlob, context: ContentContext): Promise<'kept' | 'refused' | 'unwritable'> {
    const { repository, digest, upload, size } = filled;
    const { id } = upload.session;
    try {
      const event = { repository, digest, size, origin: 'mirrored', upload: id } as const;
      await this.hooks.gate('blob.beforeCommit', event, context);
    } catch (cause) {
      // Refusing is what a gate is for; one that fails keeps it out just as well.
      if (!(cause instanceof RegistryError)) this.#warn(filled, cause);
      await this.giveUp(upload, 'cancelled', context);
      return 'refused';
    }
    try {
      await this.#commit(filled, context);
      return 'kept';
    } catch (cause) {
      this.#warn(filled, cause);
      await this.giveUp(upload, 'failed', context);
      return 'unwritable';
    }
  }

  /** Removes the upload's bytes, and says so. */
  async giveUp(upload: FillUpload, reason: 'cancelled' | 'failed', context: ContentContext): Promise<void> {
    await this.uploads.discard(upload);
    const { id, repository } = upload.session;
    this.hooks.notify('upload.expired', { repository, upload: id, reason }, context);
  }

  async #commit({ repository, digest, upload, size, upstream }: FilledBlob, context: ContentContext): Promise<void> {
    const { id, store } = upload.session;
    const { requestId } = context;
    const finished = { upload: id, repository, store, digest, size, upstream, actor: undefined, requestId };
    const created = await this.uploadCommit.commit(finished);
    this.uploads.finished(upload);
    if (created) this.hooks.notify('repository.created', { repository }, context);
    this.hooks.notify('upload.finished', { repository, upload: id, digest }, context);
  }

  #warn({ repository, digest }: FilledBlob, cause: unknown): void {
    this.logger.error({ repository, digest, err: cause }, 'a blob that came from an upstream could not be kept');
  }
}
