import { BasicStrategy as PassportBasicStrategy } from 'passport-http';
import type { Identity } from '@berth/sdk';
import type { CredentialCheck } from '../credential-check.js';
import type { StrategyActions, StrategyRequest } from './strategy-request.js';

type Done = (cause: unknown, identity?: Identity | false) => void;

/**
 * HTTP Basic. RFC 7617
 *
 * passport-http cuts the password at its second colon, so it is handed both parts with their colons encoded.
 */
export class BasicStrategy extends PassportBasicStrategy {
  constructor(check: CredentialCheck) {
    const verify = (request: StrategyRequest, user: string, password: string, done: Done): void => {
      const credentials = { user: decodeURIComponent(user), password: decodeURIComponent(password) };
      const { http, signal } = request;
      check.check(credentials, { address: http.ip, signal }).then(
        (identity) => {
          done(null, identity ?? false);
        },
        (cause: unknown) => {
          done(cause);
        },
      );
    };
    // The types of passport-http know the requests of Express only.
    super({ realm: 'berth', passReqToCallback: true }, verify as never);
  }

  override authenticate(request: unknown): void {
    const given = request as StrategyRequest;
    if (given.authorization.scheme !== 'basic') {
      (this as unknown as StrategyActions).fail('no Basic credentials');
      return;
    }
    const { user, password } = given.authorization.credentials;
    const encoded = Buffer.from(`${encodeURIComponent(user)}:${encodeURIComponent(password)}`).toString('base64');
    super.authenticate({ ...given, headers: { authorization: `Basic ${encoded}` } } as never);
  }
}
