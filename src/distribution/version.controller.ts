import { Controller, Get, Res } from '@nestjs/common';
import type { HttpReply } from '../http/exchange.js';
import { Guarded } from '../auth/route-rule.js';
import { sendJson } from './answers.js';
import { Endpoint } from './endpoint.decorator.js';

@Controller()
export class VersionController {
  /** end-1 · spec.md#determining-support */
  @Endpoint(['end-1'], { kind: 'ping' })
  @Get('v2')
  version(@Res() reply: HttpReply): void {
    sendJson(reply, {});
  }

  /** What this is, for whoever opens it in a browser. */
  @Guarded({ kind: 'public' })
  @Get()
  about(@Res() reply: HttpReply): void {
    sendJson(reply, {
      name: 'Berth',
      description: 'An OCI container registry. Push and pull with docker, podman, skopeo or any OCI client.',
      api: '/v2/',
      health: ['/livez', '/readyz', '/startupz'],
      documentation: 'README.md and docs/ of the berth package',
    });
  }
}
