import { Injectable } from '@nestjs/common';
import { algorithmOf, type Digest, type RepositoryName } from '@berth/sdk';
import type { HttpReply, HttpRequest } from '../http/exchange.js';
import { BlobMount } from '../content/blobs/blob-mount.js';
import { UploadService } from '../content/uploads/upload.service.js';
import { HttpOptions } from '../http/http-options.js';
import { requireDigest } from '../http/parameters.js';
import { queryOne } from '../http/query.js';
import { withBody } from '../http/request-body.js';
import { contextOf } from '../http/request-context.js';
import { sendBlobCreated, sendUpload } from './answers.js';
import { algorithmOfRequest, chunkOf, mountSourceOf } from './upload-request.js';

/** The four things a POST to an upload path may ask for, by its query. */
@Injectable()
export class UploadStarter {
  constructor(
    private readonly uploads: UploadService,
    private readonly mounts: BlobMount,
    private readonly options: HttpOptions,
  ) {}

  /** 201 where the blob is held afterwards, else 202 with a session. */
  async start(repository: RepositoryName, request: HttpRequest, reply: HttpReply): Promise<void> {
    const mount = queryOne(request, 'mount');
    const digest = queryOne(request, 'digest');
    if (mount !== undefined && (await this.#mount(repository, requireDigest(mount), request))) {
      sendBlobCreated(reply, repository, requireDigest(mount));
      return;
    }
    if (digest !== undefined) {
      await this.#pushWhole(repository, requireDigest(digest), request);
      sendBlobCreated(reply, repository, requireDigest(digest));
      return;
    }
    const start = { algorithm: algorithmOfRequest(request), declaredLength: undefined };
    sendUpload(reply, 202, repository, await this.uploads.start(repository, start, contextOf(request)));
  }

  /** end-11 */
  async #mount(repository: RepositoryName, digest: Digest, request: HttpRequest): Promise<boolean> {
    request.facts.digest = digest;
    return this.mounts.mount(repository, digest, mountSourceOf(request), contextOf(request));
  }

  /** end-4b */
  async #pushWhole(repository: RepositoryName, digest: Digest, request: HttpRequest): Promise<void> {
    request.facts.digest = digest;
    const context = contextOf(request);
    const { length: declaredLength } = chunkOf(request, request.raw);
    const start = { algorithm: algorithmOf(digest), declaredLength };
    const { id } = await this.uploads.start(repository, start, context);
    try {
      const { size } = await withBody(request, this.options.idleTimeout, (stream) =>
        this.uploads.finish(repository, id, digest, chunkOf(request, stream), context),
      );
      request.facts.bytes = size;
    } catch (cause) {
      // Nobody else knows the id, so nobody would go on with it.
      await this.uploads.discard(repository, id);
      throw cause;
    }
  }
}
