import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { Described, Listing, type PluginReply, type PluginRequest } from '@berth/sdk';
import type { Outcome } from './execution/executor.js';
import { BODY_DESCRIPTION, QUERY_DESCRIPTION } from './graphql-description.js';
import { GraphqlConfig } from './graphql.config.js';
import { GraphqlService } from './graphql.service.js';
import { type Operations, RequestRefusal } from './request/operation.js';
import { operationsOfBody, operationsOfQuery } from './request/read-operations.js';

/** `/v2/_zot/ext/search`: zot's API. Executed here and in no library's route, so that the server's guard stands before it. */
@Controller()
@Listing()
export class GraphqlController {
  constructor(
    private readonly service: GraphqlService,
    private readonly config: GraphqlConfig,
  ) {}

  @Described(QUERY_DESCRIPTION)
  @Get()
  get(@Req() request: PluginRequest, @Res() reply: PluginReply): Promise<void> {
    return this.#answer(request, reply, () => operationsOfQuery(request));
  }

  @Described(BODY_DESCRIPTION)
  @Post()
  post(@Req() request: PluginRequest, @Res() reply: PluginReply): Promise<void> {
    return this.#answer(request, reply, () => operationsOfBody(request, this.config.maxBatch));
  }

  async #answer(
    { facts }: PluginRequest,
    reply: PluginReply,
    read: () => Operations | Promise<Operations>,
  ): Promise<void> {
    try {
      const { operations, isBatch } = await read();
      const outcomes = await this.service.run(operations, facts.identity);
      reply.code(isBatch ? 200 : statusOf(outcomes));
      send(reply, isBatch ? outcomes.map(({ result }) => result) : outcomes[0]?.result);
    } catch (cause) {
      if (!(cause instanceof RequestRefusal)) throw cause;
      reply.code(cause.status);
      send(reply, { errors: [{ message: cause.message }] });
    }
  }
}

/** What was executed is 200, whatever came of it: zot's clients read the errors from it. */
function statusOf(outcomes: readonly Outcome[]): number {
  return outcomes.some(({ isRefused }) => isRefused) ? 400 : 200;
}

/** As bytes: a text would get a character set. */
function send(reply: PluginReply, body: unknown): void {
  reply.header('Content-Type', 'application/json').header('X-Content-Type-Options', 'nosniff');
  reply.send(Buffer.from(JSON.stringify(body)));
}
