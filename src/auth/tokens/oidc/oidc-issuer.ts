import type { Identity } from '@berth/sdk';
import type { KeySource } from '../keys/key-source.js';
import type { TokenCheck } from '../token-check.js';
import type { TokenResult } from '../token-verifier.js';
import { ClaimMapping } from './claim-mapping.js';
import { type IssuerKeysOptions, openIssuerKeys } from './issuer-keys.js';
import type { OidcIssuerConfig } from './oidc-issuer.config.js';

/** One issuer of identity tokens, and what its claims mean here. */
export class OidcIssuer {
  private constructor(
    private readonly config: OidcIssuerConfig,
    private readonly check: TokenCheck,
    private readonly keys: KeySource,
    private readonly mapping: ClaimMapping,
  ) {}

  /** Asks nobody yet: an issuer that is down now must not keep the server from starting. Throws an Error about the configuration. */
  static async open(config: OidcIssuerConfig, check: TokenCheck, options: IssuerKeysOptions): Promise<OidcIssuer> {
    const mapping = await ClaimMapping.open(config.claimMapping);
    return new OidcIssuer(config, check, await openIssuerKeys(config, options), mapping);
  }

  /** True where a token that claims to be from `issuer` is to be verified here. */
  takes(issuer: string | undefined): boolean {
    return this.config.skipIssuerVerification || issuer === this.config.issuer;
  }

  /** True where it was meant: not taken only because the issuer is not looked at. */
  names(issuer: string | undefined): boolean {
    return issuer === this.config.issuer;
  }

  async verify(token: string): Promise<TokenResult> {
    const { audiences, issuer, skipIssuerVerification } = this.config;
    const checked = await this.check.check(token, {
      keys: this.keys,
      audiences,
      issuer: skipIssuerVerification ? undefined : issuer,
    });
    if (checked.outcome !== 'valid') return { outcome: checked.outcome, reason: checked.reason };
    const { claims, until } = checked;
    const mapped = this.mapping.map(claims);
    if (mapped.outcome === 'rejected') return mapped;
    const identity: Identity = { user: mapped.user, groups: mapped.groups, method: 'oidc', claims };
    return { outcome: 'accepted', identity, until };
  }

  close(): void {
    this.keys.close();
  }
}
