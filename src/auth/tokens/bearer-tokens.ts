import type { AccessControl, Clock } from '@berth/sdk';
import type { RegistryLogger } from '../../logging/registry-logger.js';
import type { SigningKeys } from '../../metadata/signing-keys.js';
import type { BearerConfig } from './bearer.config.js';
import { ForeignTokens } from './foreign/foreign-tokens.js';
import { IssuedTokens } from './issued/issued-tokens.js';
import { openFileSigningKeys, openKeptSigningKeys } from './issued/open-signing-keys.js';
import { TokenIssuer } from './issued/token-issuer.js';
import { importJose, type Jose } from './jose.js';
import { fetchDocument } from './keys/fetch-document.js';
import { FileKeys } from './keys/file-keys.js';
import type { KeySource } from './keys/key-source.js';
import { RemoteKeys } from './keys/remote-keys.js';
import { OidcIssuer } from './oidc/oidc-issuer.js';
import { OidcTokens } from './oidc/oidc-tokens.js';
import { RememberingVerifier } from './remembering-verifier.js';
import { TokenCheck } from './token-check.js';
import type { TokenResult, TokenVerifier } from './token-verifier.js';

export interface BearerTokensParts {
  readonly access: Pick<AccessControl, 'may'>;
  readonly signingKeys: SigningKeys;
  readonly clock: Clock;
  readonly logger: RegistryLogger;
}

/** The service of tokens that this server issues, where the configuration names none. */
export const DEFAULT_SERVICE = 'berth';

/** All bearer tokens of one configuration: whose they are, and, where this server issues any, who does. */
export class BearerTokens implements TokenVerifier {
  readonly #opened: { close(): void }[] = [];
  readonly #remembering: RememberingVerifier;
  #verifiers: readonly TokenVerifier[] = [];
  #issuer: TokenIssuer | undefined;

  private constructor(
    private readonly jose: Jose,
    private readonly parts: BearerTokensParts,
  ) {
    const verify = (token: string, signal: AbortSignal): Promise<TokenResult> => this.#ask(token, signal);
    this.#remembering = new RememberingVerifier({ verify }, parts.clock);
  }

  /** Reads the files that are named and asks no issuer yet. Throws an Error that says what of the configuration is wrong. */
  static async open(config: BearerConfig, parts: BearerTokensParts): Promise<BearerTokens> {
    const tokens = new BearerTokens(await importJose(), parts);
    try {
      await tokens.#open(config);
      return tokens;
    } catch (cause) {
      tokens.close();
      throw cause;
    }
  }

  /** `undefined` where somebody else issues the tokens. */
  get issuer(): TokenIssuer | undefined {
    return this.#issuer;
  }

  verify(token: string, signal: AbortSignal): Promise<TokenResult> {
    return this.#remembering.verify(token, signal);
  }

  /** Watches and fetches nothing any more. What was opened in its stead may be in use already. */
  close(): void {
    for (const opened of this.#opened) opened.close();
  }

  async #open(config: BearerConfig): Promise<void> {
    const check = new TokenCheck(this.jose, this.parts.clock);
    const oidc: OidcIssuer[] = [];
    for (const issuer of config.oidc) oidc.push(this.#kept(await OidcIssuer.open(issuer, check, this.#keyOptions())));
    const foreign = await this.#openForeignKeys(config);
    const last = foreign
      ? new ForeignTokens({ check, keys: foreign, service: serviceOf(config), clock: this.parts.clock })
      : await this.#openIssuer(config, check);
    // As in zot, identity tokens first: what is left is whatever else the keys have signed.
    this.#verifiers = [new OidcTokens(oidc), last];
  }

  async #openForeignKeys({ cert, jwks }: BearerConfig): Promise<KeySource | undefined> {
    const options = this.#keyOptions();
    if (cert !== undefined) return this.#kept(await FileKeys.open(cert, options));
    if (jwks === undefined) return undefined;
    return this.#kept(new RemoteKeys({ name: jwks, load: (signal) => fetchDocument(jwks, { signal }), ...options }));
  }

  async #openIssuer(config: BearerConfig, check: TokenCheck): Promise<TokenVerifier> {
    const { jose } = this;
    const { access, signingKeys, clock } = this.parts;
    const keys = this.#kept(
      config.key === undefined
        ? await openKeptSigningKeys(signingKeys, { jose, clock })
        : await openFileSigningKeys(config.key, { jose, ...this.#keyOptions() }),
    );
    const service = serviceOf(config);
    this.#issuer = new TokenIssuer({ jose, keys, service, lifetime: config.tokenLifetime, access, clock });
    return new IssuedTokens(check, keys, service);
  }

  async #ask(token: string, signal: AbortSignal): Promise<TokenResult> {
    let refusal: TokenResult = { outcome: 'foreign' };
    for (const verifier of this.#verifiers) {
      const result = await verifier.verify(token, signal);
      if (result.outcome === 'accepted') return result;
      // One name may issue both tokens for identities and tokens for repositories (Keycloak does), with a key for each.
      if (refusal.outcome === 'foreign' || result.outcome === 'unavailable') refusal = result;
    }
    return refusal;
  }

  #keyOptions() {
    const { clock, logger } = this.parts;
    const onChange = (): void => {
      this.#remembering.forget();
    };
    return { clock, logger, onChange };
  }

  #kept<Opened extends { close(): void }>(opened: Opened): Opened {
    this.#opened.push(opened);
    return opened;
  }
}

/** Whom the tokens are for. */
export function serviceOf({ service = DEFAULT_SERVICE }: BearerConfig): string {
  return service;
}
