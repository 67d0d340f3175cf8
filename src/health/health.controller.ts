import { Controller, Get, Res } from '@nestjs/common';
import { Public } from '@berth/sdk';
import { Readiness } from './readiness.js';

/** As much of a reply as these answers need. */
interface Reply {
  code(status: number): Reply;
  send(body: unknown): unknown;
}

@Public()
@Controller()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** The process answers. */
  @Get('livez')
  live(@Res() reply: Reply): void {
    reply.code(200).send({ status: 'alive' });
  }

  /** Requests are taken, and no part that is needed has failed. */
  @Get('readyz')
  async ready(@Res() reply: Reply): Promise<void> {
    const { failures, degraded } = await this.readiness.health();
    const isReady = this.readiness.isServing && Object.keys(failures).length === 0;
    reply.code(isReady ? 200 : 503).send({ status: this.readiness.phase, failures, degraded });
  }

  /** Migrations are done. */
  @Get('startupz')
  started(@Res() reply: Reply): void {
    reply.code(this.readiness.phase === 'starting' ? 503 : 200).send({ status: this.readiness.phase });
  }
}
