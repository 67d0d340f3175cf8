import { type DynamicModule, Module } from '@nestjs/common';
import { AuditLog } from './audit-log.js';
import { RegistryLogger } from './registry-logger.js';

@Module({})
export class LoggingModule {
  static with(logger: RegistryLogger, audit: AuditLog): DynamicModule {
    return {
      module: LoggingModule,
      global: true,
      providers: [
        { provide: RegistryLogger, useValue: logger },
        { provide: AuditLog, useValue: audit },
      ],
      exports: [RegistryLogger, AuditLog],
    };
  }
}
