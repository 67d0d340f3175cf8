import { Injectable } from '@nestjs/common';
import { type LoginForms, LoginMethods } from '@berth/sdk';
import { AuthState } from './auth-state.js';

/** In which ways the settings that hold now let users log in. */
@Injectable()
export class ConfiguredLogins extends LoginMethods {
  constructor(private readonly state: AuthState) {
    super();
  }

  current(): LoginForms {
    const { configured, current, hasContributed } = this.state;
    const { auth } = configured;
    const { bearer } = current?.forms ?? {};
    return {
      password: auth?.htpasswd !== undefined || auth?.ldap !== undefined || hasContributed,
      bearer: auth?.bearer && bearer ? { realm: bearer.realm, service: bearer.service } : undefined,
      apiKeys: auth?.apikey ?? false,
    };
  }
}
