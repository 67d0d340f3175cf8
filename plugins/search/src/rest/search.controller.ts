import { Controller, Get, Req, Res } from '@nestjs/common';
import { Listing, type PluginReply, type PluginRequest } from '@berth/sdk';
import { ImageSearch } from '../compile/image-search.js';
import { ChangeFollower } from '../indexing/change-follower.js';
import { IndexHealth } from '../indexing/index-health.js';
import { ImageReader } from '../read/image-reader.js';
import { imageAnswer } from './image-answer.js';
import { searchRequestOf } from './search-query.js';

/** `GET /v2/_berth/ext/search?q=…`: images that a query describes, of those that whoever asks may read. */
@Controller()
@Listing()
export class SearchController {
  constructor(
    private readonly search: ImageSearch,
    private readonly images: ImageReader,
    private readonly follower: ChangeFollower,
    private readonly health: IndexHealth,
  ) {}

  @Get()
  async get(@Req() request: PluginRequest, @Res() reply: PluginReply): Promise<void> {
    const asked = searchRequestOf(request.query);
    this.follower.begin();
    const { total, ids, next } = await this.search.search(asked, request.facts.identity);
    const [images, isComplete] = [await this.images.summaries(ids), await this.health.isComplete()];
    reply
      .code(200)
      .header('Cache-Control', 'private, no-store')
      .send({ total, complete: isComplete, results: images.map(imageAnswer), next: next ?? null });
  }
}
