import type { HookEvents, NotifyEvents } from '../hooks/hook-events.js';

/** Tells plugins what has happened. Never waits, never throws. */
export abstract class Notifier {
  abstract notify<Name extends keyof NotifyEvents>(
    name: Name,
    event: HookEvents[Name],
    context?: { readonly actor?: string | undefined; readonly requestId?: string | undefined },
  ): void;
}
