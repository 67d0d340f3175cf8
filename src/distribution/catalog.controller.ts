import { Controller, Get, Req, Res } from '@nestjs/common';
import type { HttpReply, HttpRequest } from '../http/exchange.js';
import { RepositoryService } from '../content/repositories/repository.service.js';
import { pageRequestOf } from '../http/query.js';
import { Guarded } from '../auth/route-rule.js';
import { linkNext, sendJson } from './answers.js';

@Controller('v2/_catalog')
export class CatalogController {
  constructor(private readonly repositories: RepositoryService) {}

  /** Not in the spec but in every registry: what repositories there are, of those the actor may read. */
  @Guarded({ kind: 'listing' })
  @Get()
  async list(@Req() request: HttpRequest, @Res() reply: HttpReply): Promise<void> {
    const page = await this.repositories.list(pageRequestOf(request), request.facts.identity);
    linkNext(reply, '/v2/_catalog', page);
    sendJson(reply, { repositories: page.entries });
  }
}
