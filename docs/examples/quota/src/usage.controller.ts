import { Controller, Get, Res } from '@nestjs/common';
import { type PluginReply, Requires } from '@berth/sdk';
import { Reservations } from './reservations.js';

/** `GET /v2/_berth/ext/quota/usage`, for whom the access rules give `quota.read`. */
@Controller()
export class UsageController {
  constructor(private readonly reservations: Reservations) {}

  @Get('usage')
  @Requires('read')
  async get(@Res() reply: PluginReply): Promise<void> {
    reply.code(200).send({ limits: await this.reservations.usage() });
  }
}
