import { Controller, Get, Req, Res } from '@nestjs/common';
import { Described, Listing, type PluginReply, type PluginRequest } from '@berth/sdk';
import { ImageSearch } from '../compile/image-search.js';
import { IndexKeeper } from '../indexing/index-keeper.js';
import { IndexCare } from '../indexing/index-care.js';
import { ImageReader } from '../read/image-reader.js';
import { imageAnswer } from './image-answer.js';
import { SEARCH_DESCRIPTION } from './search-description.js';
import { searchRequestOf } from './search-query.js';

/** `GET /v2/_berth/ext/search?q=…`: images that a query describes, of those that whoever asks may read. */
@Controller()
@Listing()
export class SearchController {
  constructor(
    private readonly search: ImageSearch,
    private readonly images: ImageReader,
    private readonly keeper: IndexKeeper,
    private readonly care: IndexCare,
  ) {}

  @Described(SEARCH_DESCRIPTION)
  @Get()
  async get(@Req() request: PluginRequest, @Res() reply: PluginReply): Promise<void> {
    const asked = searchRequestOf(request.query);
    const { found, images, isComplete } = await this.care.searched(async () => {
      await this.keeper.ready();
      const found = await this.search.search(asked, request.facts.identity);
      return { found, images: await this.images.summaries(found.ids), isComplete: await this.care.isComplete() };
    });
    const answer = {
      total: found.total,
      complete: isComplete,
      results: images.map(imageAnswer),
      next: found.next ?? null,
    };
    reply.code(200).header('Cache-Control', 'private, no-store').send(answer);
  }
}
