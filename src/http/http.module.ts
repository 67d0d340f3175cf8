import { type DynamicModule, Module } from '@nestjs/common';
import { Tracing } from '@berth/sdk';
import { HttpOptions } from './http-options.js';
import { RepositoryResolution } from './repository-resolution.js';
import { RequestRecord } from './request-record.js';
import { RequestSpans } from './request-spans.js';

@Module({})
export class HttpModule {
  static with(options: HttpOptions): DynamicModule {
    return {
      module: HttpModule,
      global: true,
      providers: [
        { provide: HttpOptions, useValue: options },
        { provide: Tracing, useClass: RequestSpans },
        RepositoryResolution,
        RequestRecord,
      ],
      exports: [HttpOptions, RepositoryResolution, RequestRecord, Tracing],
    };
  }
}
