import { Global, Module } from '@nestjs/common';
import { AccessControl } from '@berth/sdk';
import { OpenAccess } from './open-access.js';

@Global()
@Module({ providers: [{ provide: AccessControl, useClass: OpenAccess }], exports: [AccessControl] })
export class AuthModule {}
