import { Controller, Get, Req, Res } from '@nestjs/common';
import type { RepositoryName } from '@berth/sdk';
import type { HttpReply, HttpRequest } from '../http/exchange.js';
import { TagService } from '../content/tags/tag.service.js';
import { Repository } from '../http/parameters.js';
import { pageRequestOf } from '../http/query.js';
import { contextOf } from '../http/request-context.js';
import { linkNext, sendJson } from './answers.js';
import { Endpoint } from './endpoint.decorator.js';

@Controller('v2/:name/tags')
export class TagsController {
  constructor(private readonly tags: TagService) {}

  /** end-8a, end-8b · spec.md#listing-tags */
  @Endpoint(['end-8a', 'end-8b'], ['read'])
  @Get('list')
  async list(
    @Repository() repository: RepositoryName,
    @Req() request: HttpRequest,
    @Res() reply: HttpReply,
  ): Promise<void> {
    const page = await this.tags.list(repository, pageRequestOf(request), contextOf(request));
    linkNext(reply, `/v2/${repository}/tags/list`, page);
    sendJson(reply, { name: repository, tags: page.entries });
  }
}
