import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Clock, isSection, type Section, type UpstreamCredentials, type UpstreamLoginAnswer } from '@berth/sdk';
import { JWT_BEARER, TOKEN_EXCHANGE } from '../config/oauth2.config.js';
import { readSecret, readSecretDocument, textIn } from './read-secret.js';
import { signAssertion } from './sign-assertion.js';
import { type AccessToken, TokenEndpoint } from './token-endpoint.js';

/** Who an access token is said to be from. */
const USER = 'oauth2accesstoken';
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const TOKEN_URL = 'https://oauth2.googleapis.com/token';
const METADATA_HOST = 'metadata.google.internal';
const METADATA_PATH = '/computeMetadata/v1/instance/service-accounts/default/token';
const ASSERTION_LIFE = 3600;

/**
 * The default credentials of Google's clouds: the file that GOOGLE_APPLICATION_CREDENTIALS names, that of gcloud, or else the metadata
 * server of the machine.
 */
@Injectable()
export class GcpCredentials implements UpstreamCredentials {
  constructor(
    private readonly endpoint: TokenEndpoint,
    private readonly clock: Clock,
  ) {}

  async loginFor(_host: string, section: unknown, signal: AbortSignal): Promise<UpstreamLoginAnswer> {
    if (section !== undefined) throw new Error('gcp takes no settings');
    const file = process.env['GOOGLE_APPLICATION_CREDENTIALS'] ?? (await fileOfGcloud());
    const { token, expiresAt } = await (file === undefined ? this.#ofMachine(signal) : this.#ofFile(file, signal));
    return { login: { kind: 'basic', user: USER, password: token }, expiresAt };
  }

  #ofMachine(signal: AbortSignal): Promise<AccessToken> {
    const host = process.env['GCE_METADATA_HOST'] ?? METADATA_HOST;
    return this.endpoint.get(`http://${host}${METADATA_PATH}`, { 'metadata-flavor': 'Google' }, signal);
  }

  async #ofFile(path: string, signal: AbortSignal): Promise<AccessToken> {
    const document = await readSecretDocument(path);
    const text = (name: string): string => textIn(document, name, path);
    switch (document['type']) {
      case 'service_account':
        return this.#ofServiceAccount(text, signal);
      case 'authorized_user': {
        const [id, secret, token] = [text('client_id'), text('client_secret'), text('refresh_token')];
        const form = { client_id: id, client_secret: secret, refresh_token: token, grant_type: 'refresh_token' };
        return this.endpoint.post(document['token_uri'] === undefined ? TOKEN_URL : text('token_uri'), form, signal);
      }
      case 'external_account':
        return this.#ofExternalAccount(document, path, signal);
      default:
        throw new Error(`${path} is of no type that is known: service_account, authorized_user, external_account`);
    }
  }

  #ofServiceAccount(text: (name: string) => string, signal: AbortSignal): Promise<AccessToken> {
    const url = text('token_uri');
    const now = Math.floor(this.clock.now() / 1000);
    const claims = { iss: text('client_email'), scope: SCOPE, aud: url, iat: now, exp: now + ASSERTION_LIFE };
    const key = { algorithm: 'RS256', privateKey: text('private_key'), keyId: text('private_key_id') };
    return this.endpoint.post(url, { grant_type: JWT_BEARER, assertion: signAssertion(claims, key) }, signal);
  }

  async #ofExternalAccount(document: Section, path: string, signal: AbortSignal): Promise<AccessToken> {
    const { credential_source: source } = document;
    const file = isSection(source) ? source['file'] : undefined;
    const isPlain = isSection(source) && (!isSection(source['format']) || source['format']['type'] === 'text');
    if (typeof file !== 'string' || !isPlain || document['service_account_impersonation_url'] !== undefined)
      throw new Error(
        `${path}: of external accounts only those are known whose source is a file of text, for themselves`,
      );
    const form = {
      grant_type: TOKEN_EXCHANGE,
      audience: textIn(document, 'audience', path),
      scope: SCOPE,
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token_type: textIn(document, 'subject_token_type', path),
      subject_token: await readSecret(file),
    };
    return this.endpoint.post(textIn(document, 'token_url', path), form, signal);
  }
}

async function fileOfGcloud(): Promise<string | undefined> {
  const folder = process.env['CLOUDSDK_CONFIG'] ?? join(homedir(), '.config', 'gcloud');
  const path = join(folder, 'application_default_credentials.json');
  return access(path).then(
    () => path,
    () => undefined,
  );
}
