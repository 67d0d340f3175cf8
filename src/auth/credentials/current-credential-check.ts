import { Injectable } from '@nestjs/common';
import { type Credentials, type Identity, RegistryError } from '@berth/sdk';
import { AuthState } from '../auth-state.js';
import { CredentialCheck, type LoginAttempt } from '../credential-check.js';

/** Asks whoever the configuration names now. */
@Injectable()
export class CurrentCredentialCheck extends CredentialCheck {
  constructor(private readonly state: AuthState) {
    super();
  }

  check(credentials: Credentials, attempt: LoginAttempt): Promise<Identity | undefined> {
    const { current } = this.state;
    if (!current) throw new RegistryError('UNAVAILABLE', { message: 'the server is starting' });
    return current.check.check(credentials, attempt);
  }
}
