import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessControl } from '@berth/sdk';
import { OpenAccess } from './open-access.js';
import { RegistryAuthGuard } from './registry-auth.guard.js';

@Global()
@Module({
  providers: [
    { provide: AccessControl, useClass: OpenAccess },
    { provide: APP_GUARD, useClass: RegistryAuthGuard },
  ],
  exports: [AccessControl],
})
export class AuthModule {}
