import { AsyncLocalStorage } from 'node:async_hooks';

/** One operation on the stage: where it stands, and how it is told to go on. */
interface Actor {
  readonly name: string;
  /** Lets it take its next step; set while it waits for its turn. */
  goOn: (() => void) | undefined;
  isDone: boolean;
  /** Tells the stage that it waits again, or is done. */
  rest: () => void;
}

/** What came of one operation. */
export type Outcome = { readonly name: string } & ({ readonly value: unknown } | { readonly error: unknown });

export interface Performance {
  readonly outcomes: readonly Outcome[];
  /** Who took each step. */
  readonly steps: readonly string[];
}

export type Operations = Readonly<Record<string, () => Promise<unknown>>>;

const current = new AsyncLocalStorage<Actor>();

/** The place in an operation where others may come between. Outside a stage it is passed at once. */
export async function turn(): Promise<void> {
  const actor = current.getStore();
  if (!actor) return;
  const granted = Promise.withResolvers<undefined>();
  actor.goOn = () => {
    actor.goOn = undefined;
    granted.resolve(undefined);
  };
  actor.rest();
  await granted.promise;
}

/** Leaves the stage: what `run` does needs no turns. */
export function offStage<Result>(run: () => Result): Result {
  return current.exit(run);
}

/**
 * Performs `make()`'s operations in every order in which their steps can follow one another: each time on what `make` has
 * made anew. `review` sees each performance.
 */
export async function everyInterleaving(
  make: () => Promise<Operations>,
  review: (performance: Performance) => Promise<void>,
): Promise<number> {
  let count = 0;
  for (let script: number[] | undefined = []; script; count++) {
    const { performance, choices } = await perform(await make(), script);
    await review(performance);
    script = nextScript(choices);
  }
  return count;
}

interface Choice {
  readonly taken: number;
  readonly of: number;
}

/** The script that differs from what was chosen as late as possible, or `undefined` where every choice was tried. */
function nextScript(choices: readonly Choice[]): number[] | undefined {
  const last = choices.findLastIndex(({ taken, of }) => taken + 1 < of);
  if (last < 0) return undefined;
  return choices.slice(0, last + 1).map(({ taken }, at) => (at === last ? taken + 1 : taken));
}

async function perform(
  operations: Operations,
  script: readonly number[],
): Promise<{ readonly performance: Performance; readonly choices: readonly Choice[] }> {
  const outcomes: Outcome[] = [];
  const actors: Actor[] = [];
  for (const [name, run] of Object.entries(operations)) actors.push(await enter(name, run, outcomes));
  const choices: Choice[] = [];
  const steps: string[] = [];
  for (;;) {
    const waiting = actors.filter(({ isDone }) => !isDone);
    if (waiting.length === 0) return { performance: { outcomes, steps }, choices };
    const taken = script[choices.length] ?? 0;
    const actor = waiting[taken];
    if (!actor?.goOn) throw new Error('An operation waits for something that is no turn.');
    choices.push({ taken, of: waiting.length });
    steps.push(actor.name);
    await resting(actor, actor.goOn);
  }
}

/** Starts an operation, which goes on until its first turn. */
async function enter(name: string, run: () => Promise<unknown>, outcomes: Outcome[]): Promise<Actor> {
  const actor: Actor = { name, goOn: undefined, isDone: false, rest: () => {} };
  const play = async (): Promise<void> => {
    try {
      outcomes.push({ name, value: await run() });
    } catch (error) {
      outcomes.push({ name, error });
    }
    actor.isDone = true;
    actor.rest();
  };
  await resting(actor, () => void current.run(actor, play));
  return actor;
}

/** Resolves when `actor`, set going by `start`, waits for its next turn or is done. */
async function resting(actor: Actor, start: () => void): Promise<void> {
  const rest = Promise.withResolvers<undefined>();
  actor.rest = () => {
    rest.resolve(undefined);
  };
  start();
  await rest.promise;
}
