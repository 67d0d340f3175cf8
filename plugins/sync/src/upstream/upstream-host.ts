import type { Clock, NotifyEvents, TraceContext } from '@berth/sdk';
import type { Dispatcher } from 'undici';
import { Authorization, type KnowsLogins } from './authorization.js';
import type { Bandwidth } from './bandwidth.js';
import { Breaker } from './breaker.js';
import { causingSpan } from './cause.js';
import type { Connections } from './connections.js';
import { countBodies } from './counted-bodies.js';
import { isTimeout } from './deadline.js';
import { exchange, type ExchangeOptions } from './exchange.js';
import { HostRecord } from './host-record.js';
import { rateLimitIn } from './rate-limit.js';
import { RequestSlots, type SlotLimits } from './request-slots.js';
import { secondsOfRetryAfter } from './retry-after.js';
import { routeOf } from './route-of.js';
import { TokenService } from './token-service.js';
import { type TroubleFacts, UpstreamTrouble } from './upstream-trouble.js';

export interface Wanted {
  readonly method: 'GET' | 'HEAD';
  /** Begins with a slash. */
  readonly path: string;
  /** Of the upstream: what we need the right to pull from. */
  readonly repository: string;
  /** What a token has to allow; absent: to pull from `repository`. */
  readonly scope?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** True: the bytes are known by their digest, wherever they come from. */
  readonly isDigested?: boolean;
}

/** An answer below 500 that is neither a denial nor a 429. */
export type UpstreamResponse = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>;

/** What happens to one host is told to whoever counts. */
export interface HostObserver {
  requested(host: string, status: number | undefined): void;
  /** A request is over, with the body of its answer. */
  completed(request: NotifyEvents['upstream.requested']): void;
  received(host: string, bytes: number): void;
  breaker(host: string, isOpen: boolean): void;
  limited(host: string, limit: number | undefined, remaining: number | undefined): void;
}

export interface HostSettings {
  readonly url: URL;
  /** What it is called in messages and metrics. */
  readonly name: string;
  /** Milliseconds until an answer has to begin. */
  readonly timeout: number;
  readonly slots: SlotLimits;
  /** Of the whole upstream. */
  readonly bandwidth: Bandwidth;
}

export interface HostPorts {
  readonly connections: Connections;
  readonly logins: KnowsLogins;
  readonly clock: Clock;
  readonly observer: HostObserver;
}

/** Milliseconds of a 429 that does not say how long. */
const PAUSE = 1000;
/** No upstream keeps itself off for longer than this by one answer, in milliseconds. */
const LONGEST_PAUSE = 6 * 3_600_000;
/** Whatever an unread body has beyond this is not waited for: the connection is given up. */
const DUMPED_BYTES = 16_384;

/** One host of an upstream: logs in, keeps to its limits, and is left alone while it fails. */
export class UpstreamHost {
  readonly name: string;
  /** Opened by what fails; by a tag that is not confirmed in time, only the second. */
  readonly breaker: Breaker;
  readonly refreshes: Breaker;
  readonly record: HostRecord;
  readonly #ways: Pick<Connections, 'own' | 'elsewhere'>;
  readonly #slots: RequestSlots;
  readonly #authorization: Authorization;
  #pausedUntil = 0;

  constructor(
    private readonly settings: HostSettings,
    private readonly ports: HostPorts,
  ) {
    const { url, name, timeout, slots } = settings;
    const { connections, logins, clock, observer } = ports;
    this.name = name;
    this.breaker = new Breaker(clock, (isOpen) => {
      observer.breaker(name, isOpen);
    });
    this.refreshes = new Breaker(clock);
    this.record = new HostRecord(clock);
    this.#ways = countBodies(connections, (bytes) => {
      observer.received(name, bytes);
    });
    this.#slots = new RequestSlots(slots);
    const tokens = new TokenService(name, connections.elsewhere, timeout, clock);
    this.#authorization = new Authorization(url, logins, tokens);
    observer.breaker(name, false);
  }

  get bandwidth(): Bandwidth {
    return this.settings.bandwidth;
  }

  get origin(): string {
    return this.settings.url.origin;
  }

  /** Until when it is not asked, because it said so, in milliseconds since the epoch. */
  get pausedUntil(): number | undefined {
    return this.#pauseLeft() > 0 ? this.#pausedUntil : undefined;
  }

  /**
   * One request with all that belongs to it: the login, redirects. Rejects with UpstreamTrouble, at once while it is known to fail. Who
   * takes the response reads or destroys its body.
   */
  async send(wanted: Wanted, signal: AbortSignal): Promise<UpstreamResponse> {
    this.#checkPause();
    if (!this.breaker.tries()) throw this.#error('it failed again and again, and is left alone for a moment');
    let release;
    try {
      release = await this.#slots.take(signal);
    } catch (cause) {
      this.breaker.gaveUp();
      throw this.#error('there was no turn to ask it in time', 504, cause);
    }
    try {
      const response = await this.#sendAuthorised(wanted, signal);
      response.body.once('close', release);
      return response;
    } catch (cause) {
      release();
      throw cause;
    }
  }

  /** What is wrong with what it answered, which is what is known of it from then on. */
  trouble(message: string, status = 502, cause?: unknown): UpstreamTrouble {
    return this.#wrong(message, { status, cause });
  }

  #wrong(message: string, facts: TroubleFacts): UpstreamTrouble {
    this.record.wasWrong(message);
    return new UpstreamTrouble(this.name, message, facts);
  }

  #error(message: string, status = 502, cause?: unknown): UpstreamTrouble {
    return new UpstreamTrouble(this.name, message, { status, cause });
  }

  async #sendAuthorised(wanted: Wanted, signal: AbortSignal): Promise<UpstreamResponse> {
    let answered;
    try {
      const { scope = `repository:${wanted.repository}:pull` } = wanted;
      const authorization = await this.#authorization.headerFor(scope);
      answered = await this.#exchange(wanted, authorization, signal);
      if (answered.statusCode === 401 && !answered.isElsewhere) {
        const next = await this.#authorization.answer(answered.headers['www-authenticate'], scope, authorization);
        if (next !== undefined) {
          await dump(answered);
          answered = await this.#exchange(wanted, next, signal);
        }
      }
    } catch (cause) {
      throw this.#failure(cause, signal);
    }
    return this.#judge(answered);
  }

  async #exchange(wanted: Wanted, authorization: string | undefined, signal: AbortSignal) {
    const { method, path, headers = {}, isDigested = false } = wanted;
    const { observer } = this.ports;
    const completed = this.#watch(wanted);
    const options: ExchangeOptions = {
      method,
      headers: {
        ...headers,
        ...(authorization !== undefined && { authorization }),
        ...(completed.span && { traceparent: completed.span.toString() }),
      },
      connections: this.#ways,
      timeout: this.settings.timeout,
      mayGoPlain: isDigested,
      signal,
    };
    try {
      const answered = await exchange(new URL(path, this.settings.url), options);
      observer.requested(this.name, answered.statusCode);
      answered.body.once('close', () => {
        completed.tell(answered.statusCode);
      });
      return answered;
    } catch (cause) {
      observer.requested(this.name, undefined);
      completed.tell(undefined);
      throw cause;
    }
  }

  /** Tells of one request when it is over. Where it was caused by one that is traced, it has a span of its own. */
  #watch({ method, path, repository }: Wanted): {
    readonly span: TraceContext | undefined;
    readonly tell: (status: number | undefined) => void;
  } {
    const started = performance.now();
    const cause = causingSpan();
    const span = cause?.child();
    const tell = (status: number | undefined): void => {
      const duration = performance.now() - started;
      const spans = { traceparent: cause?.toString(), span: span?.toString() };
      const request = { method, route: routeOf(path), repository, status, duration, ...spans };
      this.ports.observer.completed({ upstream: this.name, ...request });
    };
    return { span, tell };
  }

  /** Throws for what says nothing of the content. */
  async #judge(answered: UpstreamResponse & { readonly isElsewhere: boolean }): Promise<UpstreamResponse> {
    const { statusCode: status, headers, isElsewhere } = answered;
    this.record.came({ status, isReachable: isElsewhere || status < 500 });
    this.#learnLimits(headers);
    if (status >= 500) {
      await dump(answered);
      // What stands behind a redirect may be down while the host is not.
      if (isElsewhere) this.breaker.gaveUp();
      else this.breaker.failed();
      throw this.#wrong(`it answers ${status}`, { status, isElsewhere });
    }
    this.breaker.succeeded();
    if (status !== 429 && status !== 401 && status !== 403) return answered;
    await dump(answered);
    if (isElsewhere) throw this.#wrong(`where it sends us answers ${status}`, { isElsewhere });
    if (status === 429) throw this.#pause(secondsOfRetryAfter(headers['retry-after'], this.ports.clock.now()));
    throw this.trouble(`it does not let us: ${status}`, status);
  }

  #failure(cause: unknown, signal: AbortSignal): UpstreamTrouble {
    if (cause instanceof UpstreamTrouble) {
      const isReachable = cause.isDenial || cause.status === 429;
      if (isReachable) this.breaker.gaveUp();
      else this.breaker.failed();
      this.record.came({ isReachable, trouble: cause.message });
      return cause;
    }
    // Whoever asked has given up, which is no failure of the upstream; its own time is bounded by `timeout`.
    if (signal.aborted) {
      this.breaker.gaveUp();
      return this.#error('it did not answer before it was given up', isTimeout(signal.reason) ? 504 : 502, cause);
    }
    this.breaker.failed();
    const trouble = isTimeout(cause) ? 'it does not answer in time' : `it cannot be asked: ${reasonOf(cause)}`;
    this.record.came({ isReachable: false, trouble });
    return this.#error(trouble, isTimeout(cause) ? 504 : 502, cause);
  }

  #pause(seconds: number | undefined): UpstreamTrouble {
    const pause = Math.min(seconds === undefined ? PAUSE : seconds * 1000, LONGEST_PAUSE);
    this.#pausedUntil = this.ports.clock.now() + pause;
    const trouble = 'it takes no more requests from us for now';
    this.record.wasWrong(trouble);
    return new UpstreamTrouble(this.name, trouble, { status: 429, retryAfter: seconds });
  }

  #checkPause(): void {
    const left = this.#pauseLeft();
    if (left <= 0) return;
    throw new UpstreamTrouble(this.name, 'it has told us to wait', { status: 429, retryAfter: Math.ceil(left / 1000) });
  }

  /** Milliseconds; a clock that was set back makes no pause longer. */
  #pauseLeft(): number {
    const left = this.#pausedUntil - this.ports.clock.now();
    return left > LONGEST_PAUSE ? 0 : Math.max(left, 0);
  }

  #learnLimits(headers: UpstreamResponse['headers']): void {
    const limit = rateLimitIn(headers, this.ports.clock.now());
    if (!limit) return;
    this.record.limited(limit);
    this.ports.observer.limited(this.name, limit.limit, limit.remaining);
  }
}

/** Reads what little there is, so that the connection can be used again. */
export async function dump({ body }: UpstreamResponse): Promise<void> {
  // What is wrong with a body that nobody wants is nobody's matter.
  await body.dump({ limit: DUMPED_BYTES }).catch(() => undefined);
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
