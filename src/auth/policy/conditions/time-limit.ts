import { createContext, type Context, Script } from 'node:vm';

/**
 * Milliseconds that one expression may take. A regular expression of JavaScript may backtrack for longer than the sun will shine, and
 * all requests wait meanwhile; who sends the text that it is tried on is anybody.
 */
export const TIME_LIMIT = 20;

let script: Script | undefined;
let context: Context | undefined;

/**
 * Does `work`, and throws where it takes longer than the limit. Costs about a fifth of a millisecond, so it is for what may take long.
 */
export function withinTimeLimit<Result>(work: () => Result): Result {
  script ??= new Script('work()');
  context ??= createContext({});
  context['work'] = work;
  try {
    return script.runInContext(context, { timeout: TIME_LIMIT }) as Result;
  } finally {
    context['work'] = undefined;
  }
}

/** Whether `cause` is what `withinTimeLimit` throws where the limit was reached. */
export function isTimeUp(cause: unknown): boolean {
  // An Error of another realm is no instance of ours.
  return (
    typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
