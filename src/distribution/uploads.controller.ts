import { Controller, Delete, Get, Patch, Post, Put, Req, Res } from '@nestjs/common';
import type { RepositoryName } from '@berth/sdk';
import type { HttpReply, HttpRequest } from '../http/exchange.js';
import { UploadService } from '../content/uploads/upload.service.js';
import { HttpOptions } from '../http/http-options.js';
import { Repository, requireDigest, UploadId } from '../http/parameters.js';
import { queryOne } from '../http/query.js';
import { withBody } from '../http/request-body.js';
import { contextOf } from '../http/request-context.js';
import { sendBlobCreated, sendUpload } from './answers.js';
import { Endpoint } from './endpoint.decorator.js';
import { chunkOf } from './upload-request.js';
import { UploadStarter } from './upload-starter.js';

@Controller('v2/:name/blobs/uploads')
export class UploadsController {
  constructor(
    private readonly uploads: UploadService,
    private readonly starter: UploadStarter,
    private readonly options: HttpOptions,
  ) {}

  /** end-4a, end-4b, end-4c, end-11 · spec.md#pushing-blobs, spec.md#mounting-a-blob-from-another-repository */
  @Endpoint(['end-4a', 'end-4b', 'end-4c', 'end-11'], ['create'])
  @Post()
  async post(
    @Repository() repository: RepositoryName,
    @Req() request: HttpRequest,
    @Res() reply: HttpReply,
  ): Promise<void> {
    await this.starter.start(repository, request, reply);
  }

  /** end-13 · spec.md#pushing-a-blob-in-chunks */
  @Endpoint(['end-13'], ['create'])
  @Get(':session')
  async get(@Repository() repository: RepositoryName, @UploadId() id: string, @Res() reply: HttpReply): Promise<void> {
    sendUpload(reply, 204, repository, await this.uploads.status(repository, id));
  }

  /** end-5 · spec.md#pushing-a-blob-in-chunks */
  @Endpoint(['end-5'], ['create'])
  @Patch(':session')
  async patch(
    @Repository() repository: RepositoryName,
    @UploadId() id: string,
    @Req() request: HttpRequest,
    @Res() reply: HttpReply,
  ): Promise<void> {
    const status = await withBody(request, this.options.idleTimeout, (stream) =>
      this.uploads.append(repository, id, chunkOf(request, stream), contextOf(request)),
    );
    request.facts.bytes = status.offset;
    sendUpload(reply, 202, repository, status);
  }

  /** end-6 · spec.md#pushing-a-blob-monolithically */
  @Endpoint(['end-6'], ['create'])
  @Put(':session')
  async put(
    @Repository() repository: RepositoryName,
    @UploadId() id: string,
    @Req() request: HttpRequest,
    @Res() reply: HttpReply,
  ): Promise<void> {
    const digest = requireDigest(queryOne(request, 'digest'));
    request.facts.digest = digest;
    const { size } = await withBody(request, this.options.idleTimeout, (stream) =>
      this.uploads.finish(repository, id, digest, chunkOf(request, stream), contextOf(request)),
    );
    request.facts.bytes = size;
    sendBlobCreated(reply, repository, digest);
  }

  /** end-14 · spec.md#cancelling-an-upload */
  @Endpoint(['end-14'], ['create'])
  @Delete(':session')
  async delete(
    @Repository() repository: RepositoryName,
    @UploadId() id: string,
    @Res() reply: HttpReply,
  ): Promise<void> {
    await this.uploads.cancel(repository, id);
    void reply.code(204).send();
  }
}
