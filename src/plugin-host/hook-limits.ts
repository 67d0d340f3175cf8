import { HOOK_KINDS, type HookKind, type HookName } from '@berth/sdk';

/** What handlers of hooks may take. A test sets its own. */
export class HookLimits {
  /** Milliseconds until a handler has answered. For a source: until it says what it found, not the stream of it. */
  readonly deadlines: Record<HookKind, number> = { gate: 10_000, source: 30_000, notify: 60_000 };
  /** Where a hook has less time than its kind: what is held must be served within two seconds, whatever its upstream does. */
  readonly ofHooks: Partial<Record<HookName, number>> = { 'tag.refresh': 1500, 'referrers.refresh': 1500 };
  /** At most so many events wait for one handler. */
  queuedEvents = 1000;

  deadlineOf(name: HookName): number {
    return Math.min(this.deadlines[HOOK_KINDS[name]], this.ofHooks[name] ?? Infinity);
  }
}
