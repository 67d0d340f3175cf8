import { type DynamicModule, Module } from '@nestjs/common';
import { HttpOptions } from './http-options.js';
import { RepositoryResolution } from './repository-resolution.js';
import { RequestRecord } from './request-record.js';

@Module({})
export class HttpModule {
  static with(options: HttpOptions): DynamicModule {
    return {
      module: HttpModule,
      global: true,
      providers: [{ provide: HttpOptions, useValue: options }, RepositoryResolution, RequestRecord],
      exports: [HttpOptions, RepositoryResolution, RequestRecord],
    };
  }
}
