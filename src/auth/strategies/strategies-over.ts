import type { Strategy } from 'passport';
import type { StrategyName } from '../authenticator.js';
import type { CredentialCheck } from '../credential-check.js';
import type { TokenVerifier } from '../tokens/token-verifier.js';
import { AnonymousStrategy } from './anonymous.strategy.js';
import { BasicStrategy } from './basic.strategy.js';
import { BearerStrategy } from './bearer.strategy.js';
import { certificateIdentity } from './mutual-tls/certificate-identity.js';
import type { MtlsConfig } from './mutual-tls/mtls.config.js';
import { MutualTlsStrategy } from './mutual-tls/mutual-tls.strategy.js';

export interface StrategyParts {
  /** Absent where no password is good for anything. */
  readonly check: CredentialCheck | undefined;
  /** Absent where no token is good for anything. */
  readonly tokens: TokenVerifier | undefined;
  /** How certificates name users; absent where they do not. */
  readonly certificates: MtlsConfig | undefined;
}

/** The strategies of Passport that the configuration asks for. */
export function strategiesOver({ check, tokens, certificates }: StrategyParts): Map<StrategyName, Strategy> {
  const strategies = new Map<StrategyName, Strategy>([['anonymous', new AnonymousStrategy()]]);
  if (check) strategies.set('basic', new BasicStrategy(check));
  if (tokens) strategies.set('bearer', new BearerStrategy(tokens));
  if (certificates) {
    strategies.set('mtls', new MutualTlsStrategy((certificate) => certificateIdentity(certificate, certificates)));
  }
  return strategies;
}
