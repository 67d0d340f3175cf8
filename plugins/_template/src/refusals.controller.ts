import { Controller, Get, Res } from '@nestjs/common';
import { type PluginReply, Requires } from '@berth/sdk';
import { Refusals } from './refusals.js';

/** Served below `/v2/_berth/ext/template`. A route that declares neither `@Requires` nor `@Public` answers nobody. */
@Controller()
export class RefusalsController {
  constructor(private readonly refusals: Refusals) {}

  /** For those whom the access rules give `template.read`. */
  @Get('refusals')
  @Requires('read')
  get(@Res() reply: PluginReply): void {
    reply.code(200).send({ refused: this.refusals.count });
  }
}
