import { Controller, Delete, Get, Head, Put, Req, Res } from '@nestjs/common';
import {
  MANIFEST_MAX_BYTES,
  mediaTypeOf,
  parseTag,
  type Reference,
  RegistryError,
  type RepositoryName,
  type Tag,
} from '@berth/sdk';
import type { HttpReply, HttpRequest } from '../http/exchange.js';
import { ManifestService } from '../content/manifests/manifest.service.js';
import { MirrorMeter } from '../content/mirror-meter.js';
import { readLimited } from '../content/read-limited.js';
import { HttpOptions } from '../http/http-options.js';
import { ManifestReference, Repository } from '../http/parameters.js';
import { queryAll } from '../http/query.js';
import { withBody } from '../http/request-body.js';
import { contextOf } from '../http/request-context.js';
import { sendManifest, sendManifestHead, sendPushed } from './answers.js';
import { Endpoint } from './endpoint.decorator.js';

/** Tags that one push may set; the spec asks for ten at least. */
const MAX_TAGS = 100;

@Controller('v2/:name/manifests')
export class ManifestsController {
  constructor(
    private readonly manifests: ManifestService,
    private readonly meter: MirrorMeter,
    private readonly options: HttpOptions,
  ) {}

  /** end-3 · spec.md#checking-if-content-exists-in-the-registry */
  @Endpoint(['end-3'], ['read'])
  @Head(':reference')
  async head(
    @Repository() repository: RepositoryName,
    @ManifestReference() reference: Reference,
    @Req() request: HttpRequest,
    @Res() reply: HttpReply,
  ): Promise<void> {
    sendManifestHead(request, reply, await this.manifests.stat(repository, reference, contextOf(request)));
  }

  /** end-3 · spec.md#pulling-manifests */
  @Endpoint(['end-3'], ['read'])
  @Get(':reference')
  async get(
    @Repository() repository: RepositoryName,
    @ManifestReference() reference: Reference,
    @Req() request: HttpRequest,
    @Res() reply: HttpReply,
  ): Promise<void> {
    const pulled = await this.manifests.pull(repository, reference, contextOf(request));
    request.facts.counted = this.meter.manifestPulled(pulled);
    sendManifest(request, reply, pulled);
  }

  /** end-7a, end-7b · spec.md#pushing-manifests */
  @Endpoint(['end-7a', 'end-7b'], ['create', 'update'])
  @Put(':reference')
  async put(
    @Repository() repository: RepositoryName,
    @ManifestReference() reference: Reference,
    @Req() request: HttpRequest,
    @Res() reply: HttpReply,
  ): Promise<void> {
    const tags = tagsOf(request);
    const bytes = await withBody(request, this.options.idleTimeout, (body) => readLimited(body, MANIFEST_MAX_BYTES));
    const mediaType = mediaTypeOf(request.headers['content-type']);
    const push = { repository, reference, tags, mediaType, bytes: bytes ?? tooLarge() };
    const context = contextOf(request);
    const pushed = await this.manifests.push(push, context);
    sendPushed(request, reply, { repository, warnings: context.warnings, ...pushed });
  }

  /** end-9 · spec.md#deleting-tags, spec.md#deleting-manifests */
  @Endpoint(['end-9'], ['delete'])
  @Delete(':reference')
  async delete(
    @Repository() repository: RepositoryName,
    @ManifestReference() reference: Reference,
    @Req() request: HttpRequest,
    @Res() reply: HttpReply,
  ): Promise<void> {
    await this.manifests.delete(repository, reference, contextOf(request));
    void reply.code(202).send();
  }
}

/** The `tag` parameters of a push. TAG_INVALID; 414 for more than can be set at once. */
function tagsOf(request: HttpRequest): Tag[] {
  const texts = queryAll(request, 'tag');
  if (texts.length > MAX_TAGS) {
    throw new RegistryError('TAG_INVALID', {
      status: 414,
      message: `at most ${String(MAX_TAGS)} tags can be set at once`,
    });
  }
  return texts.map((text) => {
    const tag = parseTag(text);
    if (!tag) throw new RegistryError('TAG_INVALID', { detail: { tag: text } });
    return tag;
  });
}

function tooLarge(): never {
  throw new RegistryError('SIZE_INVALID', {
    status: 413,
    message: 'the manifest is too large',
    detail: { limit: MANIFEST_MAX_BYTES },
  });
}
