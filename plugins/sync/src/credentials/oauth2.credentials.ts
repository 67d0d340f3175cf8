import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock, type UpstreamCredentials, type UpstreamLoginAnswer } from '@berth/sdk';
import { CLIENT_CREDENTIALS, JWT_BEARER, Oauth2Config } from '../config/oauth2.config.js';
import { readSecret, readSecretDocument, textIn } from './read-secret.js';
import { signAssertion } from './sign-assertion.js';
import { TokenEndpoint } from './token-endpoint.js';

/** Milliseconds that an assertion of our own holds: it is sent once. */
const ASSERTION_LIFE = 300_000;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const JWT_TYPE = 'urn:ietf:params:oauth:token-type:jwt';
const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';

/** Exchanges a signed assertion for a token that the upstream takes for a password. Files are read anew each time. */
@Injectable()
export class Oauth2Credentials implements UpstreamCredentials {
  constructor(
    private readonly endpoint: TokenEndpoint,
    private readonly clock: Clock,
  ) {}

  async loginFor(_host: string, section: unknown, signal: AbortSignal): Promise<UpstreamLoginAnswer> {
    if (!(section instanceof Oauth2Config)) throw new Error('oauth2 needs oauth2CredentialHelper');
    const form = await this.#formOf(section);
    const { token, expiresAt } = await this.endpoint.post(section.tokenURL, form, signal);
    return { login: { kind: 'basic', user: section.username, password: token }, expiresAt };
  }

  async #formOf(config: Oauth2Config): Promise<Readonly<Record<string, string>>> {
    const { grantType, clientID, clientSecretFile, scopes } = config;
    const secret = clientSecretFile === undefined ? undefined : await readSecret(clientSecretFile);
    return {
      grant_type: grantType,
      ...proofOf(config, await this.#assertionOf(config)),
      ...(clientID !== undefined && { client_id: clientID }),
      ...(secret !== undefined && { client_secret: secret }),
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    };
  }

  async #assertionOf({ assertionFile, signingFile, clientID, tokenURL }: Oauth2Config): Promise<string> {
    if (assertionFile !== undefined) return readSecret(assertionFile);
    const path = signingFile ?? '';
    const document = await readSecretDocument(path);
    const text = (name: string, otherwise?: string): string =>
      document[name] === undefined && otherwise !== undefined ? otherwise : textIn(document, name, path);
    const now = Math.floor(this.clock.now() / 1000);
    const claims = {
      iss: text('issuer', clientID),
      sub: text('subject', clientID),
      aud: text('audience', tokenURL),
      iat: now,
      exp: now + ASSERTION_LIFE / 1000,
      // Who takes it may refuse to take it twice.
      jti: randomUUID(),
    };
    const privateKey = await readSecret(text('privateKeyFile'));
    const keyId = document['keyId'] === undefined ? undefined : text('keyId');
    return signAssertion(claims, { algorithm: text('algorithm'), privateKey, keyId });
  }
}

/** How each grant has the assertion. rfc7521 4.2, rfc7523 2.1, rfc8693 2.1 */
function proofOf(config: Oauth2Config, assertion: string): Readonly<Record<string, string>> {
  const { grantType, audience = '', subjectTokenType = JWT_TYPE, requestedTokenType = ACCESS_TOKEN_TYPE } = config;
  if (grantType === JWT_BEARER) return { assertion };
  if (grantType === CLIENT_CREDENTIALS) return { client_assertion_type: ASSERTION_TYPE, client_assertion: assertion };
  return {
    subject_token: assertion,
    subject_token_type: subjectTokenType,
    requested_token_type: requestedTokenType,
    audience,
  };
}
