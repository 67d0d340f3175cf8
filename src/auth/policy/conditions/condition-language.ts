import type { ASTNode, Environment, ParseResult } from '@marcbachmann/cel-js';
import { loadCel } from './cel.js';
import { type ConditionQuestion, REQUEST_FIELDS, requestFacts } from './request-facts.js';
import { withinTimeLimit } from './time-limit.js';

/** True or false for one request. Throws where it gives neither, reads a claim that is not there, or takes too long. */
export type Condition = (question: ConditionQuestion) => boolean;

export type CompiledCondition =
  | { readonly outcome: 'valid'; readonly holds: Condition }
  /** `problem` says what is wrong, and at which character. */
  | { readonly outcome: 'invalid'; readonly problem: string };

const LIMITS = { maxAstNodes: 2000, maxDepth: 50, maxListElements: 500, maxMapEntries: 100, maxCallArguments: 16 };
/** Characters. The library counts what it has parsed, and should not have to parse a book to do so. */
const LONGEST_EXPRESSION = 10_000;
/** Characters of a regular expression. */
const LONGEST_PATTERN = 500;

/** What takes longer the longer the text or the list is, or worse: `matches` backtracks, and the others may stand inside one another. */
const MAY_TAKE_LONG = new Set(['matches', 'all', 'exists', 'exists_one', 'map', 'filter', 'bind']);

/** `expression` ready to be asked, or what is wrong with it. */
export function compileCondition(expression: string): CompiledCondition {
  if (expression.trim() === '') return invalid('it is empty');
  if (expression.length > LONGEST_EXPRESSION) return invalid(`it is longer than ${LONGEST_EXPRESSION} characters`);
  let parsed: ParseResult;
  try {
    parsed = environment().parse(expression);
  } catch (cause) {
    return invalid(problemOf(cause));
  }
  const { valid, type, error } = parsed.check();
  if (!valid) return invalid(problemOf(error));
  if (type !== 'bool' && type !== 'dyn') return invalid(`it gives a ${String(type)}, not true or false`);
  const problem = problemOfPatterns(parsed.ast);
  if (problem !== undefined) return invalid(problem);
  return { outcome: 'valid', holds: conditionOf(parsed, callsIn(parsed.ast)) };
}

function conditionOf(parsed: ParseResult, calls: ReadonlySet<string>): Condition {
  const evaluate = (question: ConditionQuestion): boolean => {
    const value: unknown = parsed({ req: requestFacts(question) });
    if (typeof value !== 'boolean') throw new TypeError('the condition gives neither true nor false');
    return value;
  };
  if ([...calls].every((name) => !MAY_TAKE_LONG.has(name))) return evaluate;
  return (question) => withinTimeLimit(() => evaluate(question));
}

let shared: Environment | undefined;

function environment(): Environment {
  if (shared) return shared;
  const { Environment } = loadCel();
  shared = new Environment({ limits: LIMITS }).registerVariable({ name: 'req', schema: REQUEST_FIELDS });
  return shared;
}

function invalid(problem: string): CompiledCondition {
  return { outcome: 'invalid', problem };
}

/** The library's summary without the excerpt it draws, and the position in words. */
function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be read';
  const { summary, range } = error as { summary?: unknown; range?: { readonly start: number } };
  const text = typeof summary === 'string' ? summary : error.message;
  return range ? `${text}, at character ${range.start + 1}` : text;
}

/** What the type check does not see: a pattern of `matches` that is none, or that only the request would show. */
function problemOfPatterns(node: ASTNode): string | undefined {
  if (node.op === 'rcall' && node.args[0] === 'matches') {
    const pattern = node.args[2][0];
    const at = `at character ${(pattern ?? node).start + 1}`;
    if (pattern?.op !== 'value' || typeof pattern.args !== 'string') return `a pattern that is not written out, ${at}`;
    if (pattern.args.length > LONGEST_PATTERN) return `a pattern of more than ${LONGEST_PATTERN} characters, ${at}`;
    if (!isRegularExpression(pattern.args)) return `an invalid regular expression, ${at}`;
  }
  return nodesIn(node.args)
    .map(problemOfPatterns)
    .find((problem) => problem !== undefined);
}

function isRegularExpression(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}

function callsIn(node: ASTNode): ReadonlySet<string> {
  const own = node.op === 'rcall' || node.op === 'call' ? [node.args[0]] : [];
  return new Set([...own, ...nodesIn(node.args).flatMap((child) => [...callsIn(child)])]);
}

/** The nodes among the operands of a node: themselves, or in lists of lists. */
function nodesIn(args: unknown): readonly ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(nodesIn);
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : [];
}
