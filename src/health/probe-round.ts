import type { HealthProbe } from '@berth/sdk';

/** What the probes said: what is wrong with each that failed. */
export interface Health {
  /** Of critical ones: the server is not ready. */
  readonly failures: Readonly<Record<string, string>>;
  /** Of the others. */
  readonly degraded: Readonly<Record<string, string>>;
}

/** How long a probe may take, in milliseconds. */
const DEADLINE = 2000;
/** Whoever asks within so many milliseconds of the last asking gets its answer. */
const SHARED_FOR = 1000;

/** Asks the probes of plugins, all at once, and for everybody who wants to know at that time. */
export class ProbeRound {
  readonly #probes: HealthProbe[] = [];
  /** Those that have not answered yet, though nobody waits for them any more. */
  readonly #hanging = new Set<HealthProbe>();
  #last: { readonly at: number; readonly health: Promise<Health>; isUnderWay: boolean } | undefined;

  add(probe: HealthProbe): void {
    this.#probes.push(probe);
    this.#last = undefined;
  }

  /** Never rejects. */
  ask(): Promise<Health> {
    const now = performance.now();
    const last = this.#last;
    // A round that still waits for a slow probe is nobody's cause to call that one hanging.
    if (last && (last.isUnderWay || now - last.at < SHARED_FOR)) return last.health;
    const round = { at: now, health: this.#askAll(), isUnderWay: true };
    this.#last = round;
    void round.health.then(() => {
      round.isUnderWay = false;
    });
    return round.health;
  }

  async #askAll(): Promise<Health> {
    const failures: Record<string, string> = {};
    const degraded: Record<string, string> = {};
    const faults = await Promise.all(this.#probes.map((probe) => this.#ask(probe)));
    for (const [at, { name, critical }] of this.#probes.entries()) {
      const fault = faults[at];
      if (fault !== undefined) (critical ? failures : degraded)[name] = fault;
    }
    return { failures, degraded };
  }

  /** What is wrong, or `undefined`. One that hangs is not asked again before it has answered, so that nothing piles up. */
  async #ask(probe: HealthProbe): Promise<string | undefined> {
    const late = `no answer within ${String(DEADLINE)} ms`;
    if (this.#hanging.has(probe)) return late;
    const expiry = new AbortController();
    const expired = new Promise<string>((resolve) => {
      expiry.signal.addEventListener('abort', () => {
        resolve(late);
      });
    });
    const timer = setTimeout(() => {
      expiry.abort(new DOMException(late, 'TimeoutError'));
    }, DEADLINE);
    this.#hanging.add(probe);
    const answer = faultOf(probe, expiry.signal).finally(() => {
      this.#hanging.delete(probe);
    });
    try {
      return await Promise.race([answer, expired]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Never rejects. */
async function faultOf(probe: HealthProbe, signal: AbortSignal): Promise<string | undefined> {
  try {
    // What a plugin in JavaScript answers may be anything.
    const answer = await Promise.resolve<unknown>(probe.check(signal));
    return answer === undefined ? undefined : `it answered with a ${typeof answer} where it should resolve or reject`;
  } catch (cause) {
    return cause instanceof Error && cause.message !== '' ? cause.message : String(cause);
  }
}
