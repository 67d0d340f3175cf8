import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Clock, isSection } from '@berth/sdk';
import type { RegistryLogger } from '../../../logging/registry-logger.js';
import { fetchDocument } from '../keys/fetch-document.js';
import { FileKeys } from '../keys/file-keys.js';
import type { KeySource } from '../keys/key-source.js';
import { RemoteKeys } from '../keys/remote-keys.js';
import type { OidcIssuerConfig } from './oidc-issuer.config.js';

export interface IssuerKeysOptions {
  readonly clock: Clock;
  readonly logger: RegistryLogger;
  readonly onChange: () => void;
  /** Of a fetch, in milliseconds. Default 5000. */
  readonly timeout?: number;
}

/** The keys of an issuer: in a file, at a URL, or where its discovery document says. Throws an Error about a file that is broken. */
export async function openIssuerKeys(config: OidcIssuerConfig, options: IssuerKeysOptions): Promise<KeySource> {
  const { issuer, jwksFile, jwksUri } = config;
  if (jwksFile !== undefined) return FileKeys.open(jwksFile, options);
  await authoritiesOf(config);
  const load = async (signal: AbortSignal): Promise<unknown> => {
    const fetching = { ca: await authoritiesOf(config), signal };
    return fetchDocument(jwksUri ?? (await discover(config, fetching)), fetching);
  };
  return new RemoteKeys({ name: issuer, load, ...options });
}

/** Where the keys are. OpenID Connect Discovery 1.0, 4 */
async function discover(
  { issuer, skipIssuerVerification }: OidcIssuerConfig,
  fetching: Parameters<typeof fetchDocument>[1],
): Promise<string> {
  const document = await fetchDocument(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, fetching);
  if (!isSection(document) || typeof document['jwks_uri'] !== 'string')
    throw new Error('the discovery document says not where the keys are');
  if (!skipIssuerVerification && document['issuer'] !== issuer)
    throw new Error('the discovery document is of another issuer');
  return document['jwks_uri'];
}

/** Read for each fetch, so that a file that was replaced counts. */
async function authoritiesOf(config: OidcIssuerConfig): Promise<string | undefined> {
  const { certificateAuthority, certificateAuthorityFile: path } = config;
  const pem = path === undefined ? certificateAuthority : await readFile(path, 'utf8');
  if (pem === undefined) return undefined;
  try {
    // Node takes what is no certificate for no authority, and then trusts nobody without saying why.
    new X509Certificate(pem);
    return pem;
  } catch (cause) {
    throw new Error(`The authority of ${config.issuer} is no PEM certificate.`, { cause });
  }
}
