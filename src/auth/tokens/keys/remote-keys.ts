import type { Clock } from '@berth/sdk';
import type { RegistryLogger } from '../../../logging/registry-logger.js';
import { KeySet } from './key-set.js';
import type { KeyHint, KeySearch, KeySource } from './key-source.js';

/** Milliseconds. */
const LONGEST_FETCH = 5000;
/** A key that is not known is looked for this often: whoever invents ids must not make the issuer pay for it. Milliseconds. */
const LOOKED_FOR_EVERY = 30_000;
/** Where there are no keys at all yet. Milliseconds. */
const TRIED_EVERY = 5000;
/** Known keys are fetched again after so long, beside the requests: one that was withdrawn must go. Milliseconds. */
const RENEWED_EVERY = 300_000;

export interface RemoteKeysOptions {
  /** Whose keys, for the log and the answer. */
  readonly name: string;
  /** The JWKS, fetched. */
  readonly load: (signal: AbortSignal) => Promise<unknown>;
  readonly clock: Clock;
  readonly logger: RegistryLogger;
  /** Called once other keys are in use. */
  readonly onChange: () => void;
  /** Of a fetch, in milliseconds. Default 5000. */
  readonly timeout?: number;
}

/** Keys that are fetched when the first token needs one, and again for a key that is new. Known keys never wait for that. */
export class RemoteKeys implements KeySource {
  readonly #closing = new AbortController();
  #set: KeySet | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #failed = false;
  #loading: Promise<void> | undefined;

  constructor(private readonly options: RemoteKeysOptions) {}

  async find(hint: KeyHint): Promise<KeySearch> {
    const known = this.#set?.find(hint) ?? [];
    if (known.length > 0) {
      if (this.#isDue(RENEWED_EVERY)) void this.#load();
      return { outcome: 'found', keys: known };
    }
    if (this.#loading || this.#isDue(this.#set ? LOOKED_FOR_EVERY : TRIED_EVERY)) await this.#load();
    const keys = this.#set?.find(hint) ?? [];
    if (keys.length > 0) return { outcome: 'found', keys };
    if (!this.#failed) return { outcome: 'unknown' };
    return { outcome: 'unavailable', reason: `the keys of ${this.options.name} cannot be fetched now` };
  }

  close(): void {
    this.#closing.abort();
  }

  #isDue(interval: number): boolean {
    return this.options.clock.now() - this.#askedAt >= interval;
  }

  /** One at a time, for all who wait. Never rejects. */
  #load(): Promise<void> {
    return (this.#loading ??= this.#fetch().finally(() => {
      this.#loading = undefined;
    }));
  }

  async #fetch(): Promise<void> {
    const { name, load, clock, logger, timeout = LONGEST_FETCH } = this.options;
    this.#askedAt = clock.now();
    const before = this.#set?.fingerprint;
    try {
      const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(timeout)]);
      this.#set = KeySet.ofJwks(await load(signal));
      this.#failed = false;
    } catch (cause) {
      this.#failed = true;
      if (this.#closing.signal.aborted) return;
      logger.warn({ issuer: name, err: cause }, 'cannot fetch the keys of tokens');
      return;
    }
    if (before === this.#set.fingerprint) return;
    if (before !== undefined) this.options.onChange();
    logger.info({ issuer: name }, 'fetched the keys of tokens');
  }
}
