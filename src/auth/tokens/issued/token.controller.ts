import { Controller, Get, Head, Post, Req, Res } from '@nestjs/common';
import type { HttpReply, HttpRequest } from '../../../http/exchange.js';
import { Guarded } from '../../route-rule.js';
import type { TokenAnswer } from './token-answers.js';
import { TokenRequests } from './token-requests.js';

/** The token server. The second path is zot's. */
@Controller(['auth/token', 'zot/auth/token'])
export class TokenController {
  constructor(private readonly requests: TokenRequests) {}

  @Guarded({ kind: 'login' })
  @Head()
  async head(@Req() request: HttpRequest, @Res() reply: HttpReply): Promise<void> {
    send(reply, await this.requests.byQuery(request));
  }

  @Guarded({ kind: 'login' })
  @Get()
  async get(@Req() request: HttpRequest, @Res() reply: HttpReply): Promise<void> {
    send(reply, await this.requests.byQuery(request));
  }

  @Guarded({ kind: 'login' })
  @Post()
  async post(@Req() request: HttpRequest, @Res() reply: HttpReply): Promise<void> {
    send(reply, await this.requests.byForm(request));
  }
}

function send(reply: HttpReply, { status, headers, body }: TokenAnswer): void {
  // What is left of a form that was refused is not read, so the connection cannot carry another request.
  if (!reply.request.raw.complete) void reply.header('connection', 'close');
  // As bytes: Fastify puts a charset behind the type of a text.
  void reply
    .code(status)
    .headers(headers)
    .send(Buffer.from(JSON.stringify(body)));
}
