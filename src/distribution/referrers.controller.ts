import { Controller, Get, Req, Res } from '@nestjs/common';
import { type Digest, MEDIA_TYPES, type RepositoryName } from '@berth/sdk';
import type { HttpReply, HttpRequest } from '../http/exchange.js';
import { ReferrersService } from '../content/referrers/referrers.service.js';
import { nextLink } from '../http/link-header.js';
import { ContentDigest, Repository } from '../http/parameters.js';
import { queryAll, queryOne } from '../http/query.js';
import { contextOf } from '../http/request-context.js';
import { sendJson, STALE } from './answers.js';
import { Endpoint } from './endpoint.decorator.js';

@Controller('v2/:name/referrers')
export class ReferrersController {
  constructor(private readonly referrers: ReferrersService) {}

  /** end-12a, end-12b · spec.md#listing-referrers */
  @Endpoint(['end-12a', 'end-12b'], ['read'])
  @Get(':digest')
  async list(
    @Repository() repository: RepositoryName,
    @ContentDigest() subject: Digest,
    @Req() request: HttpRequest,
    @Res() reply: HttpReply,
  ): Promise<void> {
    const artifactTypes = queryAll(request, 'artifactType');
    const last = queryOne(request, 'last');
    const wanted = { repository, subject, artifactTypes, last };
    const { manifests, next, isStale } = await this.referrers.list(wanted, contextOf(request));
    const filter = artifactTypes.map((type) => ['artifactType', type] as const);
    const path = `/v2/${repository}/referrers/${subject}`;
    void reply
      .headers(next ? { Link: nextLink(path, [...filter, ['last', next]]) } : {})
      .headers(isStale ? STALE : {})
      .headers(filter.length > 0 ? { 'OCI-Filters-Applied': 'artifactType' } : {});
    sendJson(reply, { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests }, MEDIA_TYPES.ociIndex);
  }
}
