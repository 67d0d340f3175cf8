import {
  type HookEvents,
  type HookName,
  type SourceAnswer,
  type SourceEvents,
  type HookHandler,
  RegistryError,
} from '@berth/sdk';
import type { TestRegistry } from '@berth/testkit';
import { HookRegistry } from '../../src/plugin-host/hook-registry.js';

type Answers = {
  [Name in keyof SourceEvents]: (event: SourceEvents[Name]) => Promise<SourceAnswer<Name>>;
};

export const UPSTREAM = 'mirror.example';
export const ABSENT = { outcome: 'absent' } as const;
export const DOWN = { outcome: 'unavailable', upstream: UPSTREAM } as const;

/** What a plugin does that answers the sources, gates what they give, and listens: each test says what it answers. */
export class FixtureSource {
  readonly asked: { readonly hook: keyof SourceEvents; readonly event: object }[] = [];
  readonly heard: { readonly hook: HookName; readonly event: object }[] = [];
  answers: Partial<Answers> = {};
  /** What the gates say: nothing, or what is thrown. */
  refusals: Partial<Record<'manifest.beforePut' | 'tag.beforeMove', Error>> = {};

  /** Makes the server ask and tell it. */
  listenTo(registry: TestRegistry): void {
    const hooks = registry.application.get(HookRegistry);
    for (const name of ['manifest.readMiss', 'tag.refresh', 'referrers.refresh', 'tags.listMiss'] as const) {
      const handler = { handle: (event: never) => this.#answer(name, event) };
      hooks.add(name, 'fixture', handler as HookHandler<typeof name>);
    }
    for (const name of ['manifest.beforePut', 'tag.beforeMove'] as const) {
      hooks.add(name, 'fixture', { handle: (event: object) => this.#gate(name, event) });
    }
    for (const name of ['manifest.pushed', 'manifest.pulled', 'tag.moved', 'repository.created'] as const) {
      hooks.add(name, 'fixture', {
        handle: (event: object) => Promise.resolve(void this.heard.push({ hook: name, event })),
      });
    }
  }

  /** Forgets what was, and answers `absent` from now on. */
  reset(): void {
    this.asked.length = 0;
    this.heard.length = 0;
    this.answers = {};
    this.refusals = {};
  }

  /** What was asked of `hook` about `repository`. */
  askedOf(hook: keyof SourceEvents, repository: string): readonly object[] {
    return this.#of(this.asked, hook, repository);
  }

  heardOf(hook: HookName, repository: string): readonly object[] {
    return this.#of(this.heard, hook, repository);
  }

  #of(list: readonly { readonly hook: HookName; readonly event: object }[], hook: HookName, repository: string) {
    return list
      .filter((entry) => entry.hook === hook && (entry.event as { repository?: string }).repository === repository)
      .map(({ event }) => event);
  }

  #answer<Name extends keyof SourceEvents>(hook: Name, event: HookEvents[Name]) {
    this.asked.push({ hook, event });
    return this.answers[hook]?.(event) ?? Promise.resolve(ABSENT);
  }

  #gate(hook: 'manifest.beforePut' | 'tag.beforeMove', event: object): Promise<void> {
    this.heard.push({ hook, event });
    const refusal = this.refusals[hook];
    return refusal ? Promise.reject(refusal) : Promise.resolve();
  }
}

export function refused(): RegistryError {
  return new RegistryError('MANIFEST_INVALID', { message: 'no label says who made it', detail: { label: 'maker' } });
}
