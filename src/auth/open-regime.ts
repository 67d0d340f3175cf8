import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthProbe } from '@berth/sdk';
import { ApiKeyVerifier } from './api-keys/api-key-verifier.js';
import { AuthRegime } from './auth-regime.js';
import type { AuthSettings } from './auth-settings.js';
import { AuthConfig } from './auth.config.js';
import type { Authenticator } from './authenticator.js';
import { openBackends, type OpenBackends } from './backends/open-backends.js';
import type { ChallengeForms } from './challenges.js';
import { CredentialChain, type NamedBackend } from './credentials/credential-chain.js';
import { LoginThrottle } from './credentials/login-throttle.js';
import { Logins } from './credentials/logins.js';
import { RememberedCredentials } from './credentials/remembered-credentials.js';
import { AccessPolicy } from './policy/access-policy.js';
import { type CertificateMismatch, MtlsConfig } from './strategies/mutual-tls/mtls.config.js';
import type { RegimeParts } from './regime-parts.js';
import type { StrategyParts } from './strategies/strategies-over.js';
import { KeyedTokens } from './tokens/keyed-tokens.js';
import { openTokens, type OpenTokens } from './tokens/open-tokens.js';

/** What settings ask for, opened: files are read and watched. */
export interface OpenedRegime {
  readonly regime: AuthRegime;
  readonly probes: readonly HealthProbe[];
  close(): Promise<void>;
}

/** @throws Error where a file that the settings name cannot be used */
export async function openRegime(
  settings: AuthSettings,
  parts: RegimeParts,
  contributed: readonly NamedBackend[],
): Promise<OpenedRegime> {
  const auth = settings.auth ?? new AuthConfig();
  const policy = AccessPolicy.of(settings.accessControl);
  const { logger, meter, clock, signingKeys } = parts;
  const remembered = new RememberedCredentials(clock, auth.rememberFor);
  const backends = await openBackends(auth, contributed, {
    logger,
    meter,
    clock,
    onChange: () => {
      remembered.forget();
    },
  });
  try {
    const hasUsers = backends.asked.length > 0 || auth.apikey || settings.certificates;
    const tokens = await openTokens(auth.bearer, {
      logger,
      clock,
      signingKeys,
      policy,
      isNeeded: policy.hasAnonymous && hasUsers,
    });
    return {
      regime: compose({ settings, auth, parts, policy, backends, tokens, remembered }),
      probes: backends.probes,
      close: async () => {
        tokens.close();
        await backends.close();
      },
    };
  } catch (cause) {
    await backends.close();
    throw cause;
  }
}

interface Opened {
  readonly settings: AuthSettings;
  readonly auth: AuthConfig;
  readonly parts: RegimeParts;
  readonly policy: AccessPolicy;
  readonly backends: OpenBackends;
  readonly tokens: OpenTokens;
  readonly remembered: RememberedCredentials;
}

function compose({ settings, auth, parts, policy, backends, tokens, remembered }: Opened): AuthRegime {
  const { logger, notifier, clock } = parts;
  const chain = new CredentialChain(backends.asked, new Set(auth.fallback), logger);
  const keys = auth.apikey ? new ApiKeyVerifier(parts.apiKeys, chain, clock) : undefined;
  const special = [...(keys ? [keys] : []), ...(tokens.passwords ? [tokens.passwords] : [])];
  const hasBasic = backends.asked.length > 0 || special.length > 0;
  const throttle = new LoginThrottle(clock, auth.failDelay * 1000, (milliseconds) =>
    sleep(milliseconds, undefined, { ref: false }),
  );
  const check = new Logins({ chain, special, remembered, throttle, notifier });
  const { mtls = new MtlsConfig() } = auth;
  const strategies = {
    check: hasBasic ? check : undefined,
    tokens: tokens.verifier && new KeyedTokens(tokens.verifier, keys),
    certificates: settings.certificates ? mtls : undefined,
  };
  const isAuthenticating = hasBasic || settings.certificates || tokens.verifier !== undefined;
  const forms: ChallengeForms = {
    ...(tokens.form && { bearer: tokens.form }),
    ...(hasBasic && { basic: { realm: settings.realm } }),
  };
  return new AuthRegime({
    isOpen: !isAuthenticating && settings.accessControl === undefined,
    policy,
    authenticator: () => openAuthenticator(strategies, mtls.onMismatch),
    check,
    issuer: tokens.issuer,
    forms,
    remembered,
    meter: parts.meter,
    apiKeys: keys && { maxLifetime: auth.apikeyMaxLifetime, isKnown: (user) => isKnownTo(chain, user) },
    certificates: certificatesOf(settings, mtls.onMismatch),
  });
}

/** Longer than any backend takes by itself, in milliseconds. */
const LOOKUP_TIME = 30_000;

async function isKnownTo(chain: CredentialChain, user: string): Promise<boolean> {
  return (await chain.lookup(user, AbortSignal.timeout(LOOKUP_TIME))).outcome === 'found';
}

function certificatesOf({ certificates }: AuthSettings, onMismatch: CertificateMismatch) {
  if (!certificates) return 'unused';
  return onMismatch === 'credentials' ? 'beside credentials' : 'with credentials';
}

/** Passport costs 10 MB, which a server that nobody logs in at need not have. */
async function openAuthenticator(parts: StrategyParts, onMismatch: CertificateMismatch): Promise<Authenticator> {
  const { Authenticator } = await import('./authenticator.js');
  const { strategiesOver } = await import('./strategies/strategies-over.js');
  return new Authenticator({ strategies: strategiesOver(parts), onMismatch });
}
