import { Controller, Get, Res } from '@nestjs/common';
import { Guarded } from '../../auth/route-rule.js';
import type { HttpReply } from '../../http/exchange.js';
import { sendJson } from '../answers.js';
import { OpenApiDocument } from './openapi-document.js';

/** What may be asked, for programs: it names routes, never what is behind them. */
@Controller('v2/_berth/openapi.json')
export class OpenApiController {
  constructor(private readonly document: OpenApiDocument) {}

  @Guarded({ kind: 'listing' })
  @Get()
  get(@Res() reply: HttpReply): void {
    sendJson(reply, this.document.get());
  }
}
