import type { CredentialBackend, CredentialResult, Credentials, LookupResult } from '@berth/sdk';
import type { RegistryLogger } from '../../logging/registry-logger.js';
import type { FallbackReason } from '../auth.config.js';

/** A backend and what it is called in logs: `ldap`, `htpasswd`, or the plugin that contributes it. */
export interface NamedBackend {
  readonly name: string;
  readonly backend: CredentialBackend;
}

/** What the chain as a whole says, and who said it. */
export type ChainResult = CredentialResult & { readonly backend?: string };

/**
 * Asks backends in their order. Who accepts or rejects ends it. Who cannot tell, or does not know the user, gives way to the next one
 * where `fallback` says so.
 */
export class CredentialChain {
  constructor(
    private readonly backends: readonly NamedBackend[],
    private readonly fallback: ReadonlySet<FallbackReason>,
    private readonly logger: RegistryLogger,
  ) {}

  /** `unavailable` where nobody who was asked could tell; else what the last one said who could. */
  async verify(credentials: Credentials, signal: AbortSignal): Promise<ChainResult> {
    // RFC 4513 section 5.1.2: a bind without a password succeeds and proves nothing. No backend should have to know.
    if (credentials.password === '') return { outcome: 'rejected' };
    let told: ChainResult | undefined;
    let silent: ChainResult | undefined;
    for (const { name, backend } of this.backends) {
      const result: ChainResult = {
        ...(await this.#ask(name, () => backend.verify(credentials, signal))),
        backend: name,
      };
      if (result.outcome === 'accepted' || result.outcome === 'rejected') return result;
      if (result.outcome === 'unavailable') silent = result;
      else told = result;
      if (!this.#goesOn(result.outcome)) break;
    }
    return told ?? silent ?? { outcome: 'unknownUser' };
  }

  /** Whether the user is still there, asked in the same order. A backend that cannot look up is passed over: whom only it knows gets
   * no key, which nobody could end. */
  async lookup(user: string, signal: AbortSignal): Promise<LookupResult> {
    let silent: LookupResult | undefined;
    for (const { name, backend } of this.backends) {
      if (!backend.lookup) continue;
      const result = await this.#ask(name, async () => backend.lookup?.(user, signal));
      if (result?.outcome === 'found') return result;
      if (result?.outcome === 'unavailable') silent = result;
    }
    return silent ?? { outcome: 'unknownUser' };
  }

  #goesOn(outcome: 'unavailable' | 'unknownUser'): boolean {
    return this.fallback.has(outcome);
  }

  async #ask<Result>(
    backend: string,
    ask: () => Promise<Result>,
  ): Promise<Result | { readonly outcome: 'unavailable'; readonly reason: string }> {
    try {
      return await ask();
    } catch (cause) {
      this.logger.error({ backend, err: cause }, 'a credential backend failed');
      return { outcome: 'unavailable', reason: 'it failed' };
    }
  }
}
