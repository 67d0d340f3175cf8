import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PluginLogger } from '@berth/sdk';
import { SearchConfig } from './search.config.js';

/** Says that nothing looks for vulnerabilities, to whoever has configured that something should. */
@Injectable()
export class ScannerNotice implements OnModuleInit {
  constructor(
    private readonly config: SearchConfig,
    private readonly logger: PluginLogger,
  ) {}

  onModuleInit(): void {
    if (this.config.cve)
      this.logger.warn('extensions.search.cve has no effect: no scanner of vulnerabilities comes with Berth');
  }
}
