import type { HookEvents, NotifyEvents } from '../hooks/hook-events.js';
import { Notifier } from '../ports/notifier.js';

export interface Notification<Name extends keyof NotifyEvents = keyof NotifyEvents> {
  readonly name: Name;
  readonly event: HookEvents[Name];
}

/** Keeps what it is told, in order. */
export class FakeNotifier extends Notifier {
  readonly told: Notification[] = [];

  notify<Name extends keyof NotifyEvents>(name: Name, event: HookEvents[Name]): void {
    this.told.push({ name, event });
  }
}
