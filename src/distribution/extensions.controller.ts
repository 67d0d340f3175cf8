import { Controller, Get, Res } from '@nestjs/common';
import type { RepositoryName } from '@berth/sdk';
import type { HttpReply } from '../http/exchange.js';
import { Repository } from '../http/parameters.js';
import { PluginCatalog } from '../plugin-host/plugin-catalog.js';
import { Guarded } from '../auth/route-rule.js';
import { sendJson } from './answers.js';

/** spec: extensions/_oci.md */
@Controller('v2')
export class ExtensionsController {
  constructor(private readonly catalog: PluginCatalog) {}

  @Guarded({ kind: 'listing' })
  @Get('_oci/ext/discover')
  discover(@Res() reply: HttpReply): void {
    sendJson(reply, { extensions: this.catalog.extensions() });
  }

  @Guarded({ kind: 'repository', actions: ['read'] })
  @Get(':name/_oci/ext/discover')
  discoverOf(@Repository() _repository: RepositoryName, @Res() reply: HttpReply): void {
    sendJson(reply, { extensions: this.catalog.extensions() });
  }
}
