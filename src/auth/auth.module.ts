import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessControl, CredentialBackends, LoginMethods } from '@berth/sdk';
import { DenialAnswer } from '../http/denial-answer.js';
import { ApiKeyController } from './api-keys/api-key.controller.js';
import { ApiKeyService } from './api-keys/api-key.service.js';
import { AuthState } from './auth-state.js';
import type { AuthSettings } from './auth-settings.js';
import { ConfiguredLogins } from './configured-logins.js';
import { CredentialCheck } from './credential-check.js';
import { ChallengingDenial } from './denial.js';
import { PolicyAccessControl } from './policy-access-control.js';
import { RegimeParts } from './regime-parts.js';
import { RegistryAuthGuard } from './registry-auth.guard.js';
import { CurrentCredentialCheck } from './credentials/current-credential-check.js';
import { CurrentTokenServer } from './tokens/issued/current-token-server.js';
import { TokenController } from './tokens/issued/token.controller.js';
import { TokenRequests } from './tokens/issued/token-requests.js';
import { TokenServer } from './tokens/issued/token-server.js';

@Module({})
export class AuthModule {
  static over(settings: AuthSettings): DynamicModule {
    return {
      module: AuthModule,
      global: true,
      controllers: [ApiKeyController, TokenController],
      providers: [
        stateOver(settings),
        ApiKeyService,
        RegimeParts,
        TokenRequests,
        { provide: CredentialCheck, useClass: CurrentCredentialCheck },
        { provide: TokenServer, useClass: CurrentTokenServer },
        { provide: CredentialBackends, useExisting: AuthState },
        { provide: AccessControl, useClass: PolicyAccessControl },
        { provide: LoginMethods, useClass: ConfiguredLogins },
        { provide: DenialAnswer, useClass: ChallengingDenial },
        { provide: APP_GUARD, useClass: RegistryAuthGuard },
      ],
      exports: [AuthState, AccessControl, CredentialBackends, DenialAnswer, LoginMethods],
    };
  }
}

function stateOver(settings: AuthSettings): FactoryProvider<AuthState> {
  return {
    provide: AuthState,
    useFactory: (parts: RegimeParts) => new AuthState(settings, parts),
    inject: [RegimeParts],
  };
}
