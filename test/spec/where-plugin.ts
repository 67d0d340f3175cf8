import { Controller, Get, Req, Res } from '@nestjs/common';
import { definePlugin, type PluginReply, Public } from '@berth/sdk';
import type { HttpRequest } from '../../src/http/exchange.js';
import { externalUrlOf } from '../../src/http/external-url.js';

@Controller()
class WhereRoutes {
  @Get()
  @Public()
  get(@Req() request: HttpRequest, @Res() reply: PluginReply): void {
    reply.code(200).send({ url: externalUrlOf(request), address: request.ip });
  }
}

/** Answers where the server says that it is, and who asks. */
export const where = definePlugin({ name: 'where', routes: [WhereRoutes] });
export const WHERE_PATH = '/v2/_berth/ext/where';
