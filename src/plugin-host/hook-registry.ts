import { HOOK_KINDS, type HookHandler, type HookName } from '@berth/sdk';

export interface RegisteredHandler<Name extends HookName> {
  /** Whose handler it is: the plugin's name, for logs and metrics. */
  readonly plugin: string;
  readonly handler: HookHandler<Name>;
}

type Handlers = { [Name in HookName]: RegisteredHandler<Name>[] };

/** The handlers of every hook, in the order of the configuration. */
export class HookRegistry {
  // The table has every hook and nothing else, which the type of `fromEntries` cannot say.
  readonly #handlers = Object.fromEntries(Object.keys(HOOK_KINDS).map((name) => [name, []])) as unknown as Handlers;

  add<Name extends HookName>(name: Name, plugin: string, handler: HookHandler<Name>): void {
    this.#handlers[name].push({ plugin, handler });
  }

  of<Name extends HookName>(name: Name): readonly RegisteredHandler<Name>[] {
    return this.#handlers[name];
  }
}
