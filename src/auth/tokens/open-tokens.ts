import type { Clock, Credentials, Identity } from '@berth/sdk';
import { RegistryError } from '@berth/sdk';
import type { RegistryLogger } from '../../logging/registry-logger.js';
import type { SigningKeys } from '../../metadata/signing-keys.js';
import type { ChallengeForms } from '../challenges.js';
import type { SpecialPassword } from '../credentials/logins.js';
import type { AccessPolicy } from '../policy/access-policy.js';
import { BearerConfig } from './bearer.config.js';
import type { TokenIssuer } from './issued/token-issuer.js';
import type { TokenVerifier } from './token-verifier.js';
import { claimedIssuerOf, looksLikeToken } from './unverified-token.js';

export interface TokenParts {
  readonly logger: RegistryLogger;
  readonly clock: Clock;
  readonly signingKeys: SigningKeys;
  readonly policy: AccessPolicy;
  /** True: the server issues tokens also where the configuration does not ask for it. */
  readonly isNeeded: boolean;
}

/** The tokens of a configuration, opened; all but `close` absent where there are none. */
export interface OpenTokens {
  readonly verifier?: TokenVerifier;
  readonly issuer?: TokenIssuer | undefined;
  readonly form?: ChallengeForms['bearer'];
  /** Tokens of workloads, which some clients can send as a password only. */
  readonly passwords?: SpecialPassword;
  close(): void;
}

/** Nobody who is known by a token has to say more. jose is imported only where there are tokens. */
export async function openTokens(
  config: BearerConfig | undefined,
  { isNeeded, policy, ...parts }: TokenParts,
): Promise<OpenTokens> {
  if (!config && !isNeeded) return { close: () => undefined };
  const { BearerTokens, serviceOf } = await import('./bearer-tokens.js');
  const wanted = config ?? new BearerConfig();
  const access = {
    // The conditions of a rule are asked when the token is used.
    may: (identity: Identity, action: 'read' | 'create' | 'update' | 'delete', repository: string): boolean =>
      policy.decide({ identity, action, repository, assumesConditions: true }).allowed,
  };
  const tokens = await BearerTokens.open(wanted, { ...parts, access });
  return {
    verifier: tokens,
    issuer: tokens.issuer,
    form: { realm: wanted.realm, service: serviceOf(wanted) },
    ...(wanted.oidc.length > 0 && { passwords: tokensAsPasswords(tokens, wanted) }),
    close: () => {
      tokens.close();
    },
  };
}

/** Whatever user stands before it. */
function tokensAsPasswords(tokens: TokenVerifier, { oidc }: BearerConfig): SpecialPassword {
  const issuers = new Set<string | undefined>(oidc.map(({ issuer }) => issuer));
  const takesAny = oidc.some(({ skipIssuerVerification }) => skipIssuerVerification);
  return {
    recognises: (password) => looksLikeToken(password) && (takesAny || issuers.has(claimedIssuerOf(password))),
    verify: async ({ password }: Credentials, signal: AbortSignal) => {
      const result = await tokens.verify(password, signal);
      if (result.outcome === 'unavailable') {
        throw new RegistryError('UNAVAILABLE', {
          message: 'the token cannot be verified now',
          headers: { 'Retry-After': '5' },
        });
      }
      return result.outcome === 'accepted' && result.identity.method === 'oidc' ? result.identity : undefined;
    },
  };
}
