import { Controller, Delete, Get, Head, Req, Res } from '@nestjs/common';
import type { Digest, RepositoryName } from '@berth/sdk';
import type { HttpReply, HttpRequest } from '../http/exchange.js';
import { BlobService } from '../content/blobs/blob.service.js';
import { MirrorMeter } from '../content/mirror-meter.js';
import { HttpOptions } from '../http/http-options.js';
import { ContentDigest, Repository } from '../http/parameters.js';
import { contextOf } from '../http/request-context.js';
import { answerRaw } from '../http/raw-answer.js';
import { sendBlob } from '../http/send-blob.js';
import { answerBlob } from './blob-answer.js';
import { Endpoint } from './endpoint.decorator.js';

@Controller('v2/:name/blobs')
export class BlobsController {
  constructor(
    private readonly blobs: BlobService,
    private readonly meter: MirrorMeter,
    private readonly options: HttpOptions,
  ) {}

  /** end-2 · spec.md#checking-if-content-exists-in-the-registry */
  @Endpoint(['end-2'], ['read'])
  @Head(':digest')
  async head(
    @Repository() repository: RepositoryName,
    @ContentDigest() digest: Digest,
    @Req() request: HttpRequest,
    @Res() reply: HttpReply,
  ): Promise<void> {
    const { size } = await this.blobs.stat(repository, digest, contextOf(request));
    const { status, headers } = answerBlob(request, digest, size, undefined);
    answerRaw(reply, status, headers);
  }

  /** end-2 · spec.md#pulling-blobs */
  @Endpoint(['end-2'], ['read'])
  @Get(':digest')
  async get(
    @Repository() repository: RepositoryName,
    @ContentDigest() digest: Digest,
    @Req() request: HttpRequest,
    @Res() reply: HttpReply,
  ): Promise<void> {
    const pulled = await this.blobs.open(repository, digest, contextOf(request));
    const { size, blob } = pulled;
    request.facts.counted = this.meter.blobPulled(pulled);
    await sendBlob(reply, blob, () => answerBlob(request, digest, size, request.headers.range), this.options);
  }

  /** end-10 · spec.md#deleting-blobs */
  @Endpoint(['end-10'], ['delete'])
  @Delete(':digest')
  async delete(
    @Repository() repository: RepositoryName,
    @ContentDigest() digest: Digest,
    @Req() request: HttpRequest,
    @Res() reply: HttpReply,
  ): Promise<void> {
    await this.blobs.delete(repository, digest, contextOf(request));
    void reply.code(202).send();
  }
}
