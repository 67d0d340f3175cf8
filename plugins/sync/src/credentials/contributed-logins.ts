import type { Clock, PluginLogger, ContributedCredentials, UpstreamLogin, UpstreamLoginAnswer } from '@berth/sdk';
import type { KnowsLogins } from '../upstream/authorization.js';
import { Deadline } from '../upstream/deadline.js';
import { type Login, loginOf } from '../upstream/login.js';
import { UpstreamTrouble } from '../upstream/upstream-trouble.js';
import { within } from '../upstream/within.js';

export interface ContributedLoginsOptions {
  /** What the configuration calls it. */
  readonly helper: string;
  /** What it has for it. */
  readonly settings: unknown;
  readonly helpers: ContributedCredentials;
  readonly clock: Clock;
  readonly logger: PluginLogger;
}

interface Kept {
  readonly login: Login | undefined;
  /** Milliseconds since the epoch: from then on a new one is fetched, and until then it holds. */
  readonly refreshAt: number;
  readonly expiresAt: number;
}

/** Milliseconds that a helper may take. */
const PATIENCE = 10_000;
/** Milliseconds after a failure until it is asked again. */
const PAUSE = 5000;

/** Logins that a credential helper gives: kept while they hold, and fetched anew some time before they run out, when nobody waits. */
export class ContributedLogins implements KnowsLogins {
  readonly #kept = new Map<string, Kept>();
  readonly #asked = new Map<string, Promise<Kept>>();
  readonly #failed = new Map<string, { readonly at: number; readonly error: UpstreamTrouble }>();

  constructor(private readonly options: ContributedLoginsOptions) {}

  async loginFor(host: string): Promise<Login | undefined> {
    const kept = this.#kept.get(host);
    const now = this.options.clock.now();
    if (!kept || now >= kept.expiresAt) return (await this.#refresh(host)).login;
    // Whoever asks now has one that holds; who asks later has the new one, or is told. A failure is logged where the helper is asked.
    if (now >= kept.refreshAt) this.#refresh(host).catch(() => undefined);
    return kept.login;
  }

  async #refresh(host: string): Promise<Kept> {
    const failed = this.#failed.get(host);
    const age = failed && this.options.clock.now() - failed.at;
    if (failed && age !== undefined && age >= 0 && age < PAUSE) throw failed.error;
    let asked = this.#asked.get(host);
    if (!asked) {
      asked = this.#ask(host).finally(() => this.#asked.delete(host));
      this.#asked.set(host, asked);
    }
    return asked;
  }

  async #ask(host: string): Promise<Kept> {
    const { helper, settings, helpers, clock, logger } = this.options;
    using deadline = new Deadline(PATIENCE);
    try {
      const credentials = helpers.find(helper);
      if (!credentials) throw new Error('it is not there');
      // A helper is a plugin's: it may not heed its signal.
      const answer = await within(credentials.loginFor(host, settings, deadline.signal), deadline.signal);
      const kept = keptOf(answer, clock.now());
      this.#failed.delete(host);
      this.#kept.set(host, kept);
      return kept;
    } catch (cause) {
      logger.warn('a credential helper gives no login for an upstream', { helper, upstream: host, err: cause });
      const status = deadline.signal.aborted ? 504 : 502;
      const error = new UpstreamTrouble(host, `its credential helper ${helper} gives no login`, { status, cause });
      this.#failed.set(host, { at: clock.now(), error });
      throw error;
    }
  }
}

function keptOf({ login, expiresAt = Infinity }: UpstreamLoginAnswer, now: number): Kept {
  return { login: login && toLogin(login), expiresAt, refreshAt: now + (expiresAt - now) * 0.9 };
}

function toLogin(login: UpstreamLogin): Login {
  if (login.kind === 'bearer') return { kind: 'bearer', token: login.token };
  return loginOf(login.user, login.password);
}
