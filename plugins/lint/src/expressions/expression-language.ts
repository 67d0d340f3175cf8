import { type ASTNode, Environment, type ParseResult } from '@marcbachmann/cel-js';
import type { LanguageSettings } from './expression-messages.js';

/** The variables of an expression, each with its type in CEL. */
const VARIABLES = {
  manifest: 'map<string, dyn>',
  config: 'map<string, dyn>',
  annotations: 'map<string, string>',
  labels: 'map<string, string>',
  repository: 'string',
  reference: 'string',
  tag: 'string',
  actor: 'string',
  platforms: 'list<string>',
  size: 'int',
} as const;

export type ExpressionVariable = keyof typeof VARIABLES;

export const LANGUAGE: LanguageSettings = {
  variables: VARIABLES,
  limits: { maxAstNodes: 2000, maxDepth: 50, maxListElements: 500, maxMapEntries: 100, maxCallArguments: 16 },
};

/** Characters. The library counts what it has parsed, and should not have to parse a book to do so. */
const LONGEST_EXPRESSION = 10_000;

export type CheckedExpression =
  | { readonly outcome: 'valid'; readonly uses: ReadonlySet<ExpressionVariable> }
  /** `problem` says what is wrong, and at which character. */
  | { readonly outcome: 'invalid'; readonly problem: string };

/** Says of `expression` whether it parses, fits the types of the variables, and gives a truth value; and what it reads. */
export function checkExpression(expression: string): CheckedExpression {
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
  const uses = new Set<ExpressionVariable>();
  const problem = inspect(parsed.ast, uses);
  return problem === undefined ? { outcome: 'valid', uses } : invalid(problem);
}

let shared: Environment | undefined;

function environment(): Environment {
  if (shared) return shared;
  shared = new Environment({ limits: LANGUAGE.limits });
  for (const [name, type] of Object.entries(VARIABLES)) shared.registerVariable(name, type);
  return shared;
}

function invalid(problem: string): CheckedExpression {
  return { outcome: 'invalid', problem };
}

/** The library's summary without the excerpt it draws, and the position in words. */
function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be read';
  const { summary, range } = error as { summary?: unknown; range?: { readonly start: number } };
  const text = typeof summary === 'string' ? summary : error.message;
  return range ? `${text}, at character ${range.start + 1}` : text;
}

/** Notes the variables below `node`, and finds what the type check does not see: a pattern of `matches` that is none. */
function inspect(node: ASTNode, uses: Set<ExpressionVariable>): string | undefined {
  if (node.op === 'id' && isVariable(node.args)) uses.add(node.args);
  if (node.op === 'rcall' && node.args[0] === 'matches') {
    const pattern = node.args[2][0];
    if (pattern?.op === 'value' && typeof pattern.args === 'string' && !isRegularExpression(pattern.args)) {
      return `an invalid regular expression, at character ${pattern.start + 1}`;
    }
  }
  return nodesIn(node.args)
    .map((child) => inspect(child, uses))
    .find((problem) => problem !== undefined);
}

function isVariable(name: string): name is ExpressionVariable {
  return Object.hasOwn(VARIABLES, name);
}

function isRegularExpression(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}

/** The nodes among the operands of a node: themselves, or in lists of lists. */
function nodesIn(args: unknown): readonly ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(nodesIn);
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : [];
}
