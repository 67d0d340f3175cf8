import { describe, expect, expectTypeOf, it } from 'vitest';
import type { GateEvents, HookEvents, HookName, NotifyEvents, SourceEvents, SourceFinds } from './hook-events.js';
import type { HookHandler, SourceResult } from './hook-handler.js';
import { HOOK_KINDS } from './hook-kinds.js';

type NamesOfKind<Kind> = { [Name in HookName]: (typeof HOOK_KINDS)[Name] extends Kind ? Name : never }[HookName];

describe('the table of hook kinds', () => {
  it('names every event, each with the kind of its event', () => {
    expectTypeOf<keyof typeof HOOK_KINDS>().toEqualTypeOf<keyof HookEvents>();
    expectTypeOf<NamesOfKind<'gate'>>().toEqualTypeOf<keyof GateEvents>();
    expectTypeOf<NamesOfKind<'source'>>().toEqualTypeOf<keyof SourceEvents>();
    expectTypeOf<NamesOfKind<'notify'>>().toEqualTypeOf<keyof NotifyEvents>();
    expect(new Set(Object.values(HOOK_KINDS))).toEqual(new Set(['gate', 'source', 'notify']));
  });

  it('says of every source what it finds', () => {
    expectTypeOf<keyof SourceFinds>().toEqualTypeOf<keyof SourceEvents>();
  });

  it('does not compile with a hook missing, misspelt or of another kind', () => {
    type Table = typeof HOOK_KINDS;
    const { 'tag.moved': _moved, ...withoutOne } = HOOK_KINDS;
    // @ts-expect-error: tag.moved is missing.
    const missing: Table = withoutOne;
    // @ts-expect-error: there is no such hook.
    const misspelt: Table = { ...HOOK_KINDS, 'tag.mvoed': 'notify' };
    // @ts-expect-error: tag.moved tells of what has happened, and refuses nothing.
    const ofAnotherKind: Table = { ...HOOK_KINDS, 'tag.moved': 'gate' };
    expect([missing, misspelt, ofAnotherKind]).toHaveLength(3);
  });
});

describe('a hook handler', () => {
  it('does not compile for a hook that does not exist, or with the result of another kind', () => {
    // @ts-expect-error: there is no such hook.
    const misspelt: HookHandler<'manifest.beforePutt'> | undefined = undefined;
    // @ts-expect-error: a source says what it found.
    const silentSource: HookHandler<'tag.refresh'> = { handle: () => Promise.resolve() };
    // @ts-expect-error: a notification gives no answer.
    const answering: HookHandler<'tag.moved'> = { handle: () => Promise.resolve('moved') };
    expect([misspelt, silentSource, answering]).toHaveLength(3);
  });

  it('of a source answers with what that source finds', () => {
    type Answer = Awaited<ReturnType<HookHandler<'tags.listMiss'>['handle']>>;
    expectTypeOf<Answer>().toEqualTypeOf<SourceResult<SourceFinds['tags.listMiss']>>();
  });
});
