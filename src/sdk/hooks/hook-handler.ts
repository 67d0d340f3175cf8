import type { GateEvents, HookEvents, HookName, SourceFinds } from './hook-events.js';

/** Who caused an event, in which request, and the signal that ends the work on it. */
export interface HookContext {
  readonly signal: AbortSignal;
  readonly actor: string | undefined;
  readonly requestId: string | undefined;
  /** The span that this is part of, as the header of that name says it: where requests are traced (`Tracing`). */
  readonly traceparent?: string | undefined;
}

/** What a gate has beside that. */
export interface GateContext extends HookContext {
  /** Lets it pass, and tells the client `text`, in a `Warning: 299` header where the answer can carry one. */
  warn(text: string): void;
}

export type ContextOf<Name extends HookName> = Name extends keyof GateEvents ? GateContext : HookContext;

/** What a source says of the content it was asked for. */
export type SourceResult<Found> =
  | { readonly outcome: 'found'; readonly found: Found }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'stale'; readonly reason: string }
  | {
      readonly outcome: 'unavailable';
      readonly upstream: string;
      readonly status?: number;
      /** Seconds. */
      readonly retryAfter?: number;
      /** Of `tag.refresh`. True: what is held is not served in place of what cannot be had. */
      readonly withholdsHeld?: boolean;
    };

/** The source is certain that what is held is no more where it came from, and here it is to go as well. */
export interface Gone {
  readonly outcome: 'gone';
  /** Where it came from. */
  readonly upstream: string;
}

/** What a source may answer: of a tag that is held also that it is gone. */
export type SourceAnswer<Name extends keyof SourceFinds> =
  SourceResult<SourceFinds[Name]> | (Name extends 'tag.refresh' ? Gone : never);

type HandlerResult<Name extends HookName> = Name extends keyof SourceFinds
  ? Promise<SourceAnswer<Name>>
  : Promise<void>;

/** One handler of one hook. */
export interface HookHandler<Name extends HookName> {
  handle(event: HookEvents[Name], context: ContextOf<Name>): HandlerResult<Name>;
}
