import { parentPort, workerData } from 'node:worker_threads';
import { Environment, type ParseResult } from '@marcbachmann/cel-js';
import type { ExpressionAnswer, ExpressionQuestion, LanguageSettings } from './expression-messages.js';

/** Expressions that stay parsed: those of one configuration, and of some before it. */
const MOST_PARSED = 1000;

if (!parentPort) throw new Error('This runs in a worker thread.');
const port = parentPort;
const { variables, limits } = workerData as LanguageSettings;
const environment = new Environment({ limits });
for (const [name, type] of Object.entries(variables)) environment.registerVariable(name, type);
const parsed = new Map<string, ParseResult>();

port.on('message', (question: ExpressionQuestion) => {
  port.postMessage(answer(question));
});
port.postMessage('ready');

function answer({ expression, facts }: ExpressionQuestion): ExpressionAnswer {
  const { manifest, config, size, tags, ...texts } = facts;
  try {
    const evaluate = parse(expression);
    const values = {
      ...texts,
      manifest: read(new TextDecoder().decode(manifest)),
      config: config === undefined ? {} : read(config),
      size: BigInt(size),
    };
    for (const tag of tags) {
      const value: unknown = evaluate({ ...values, tag });
      if (typeof value !== 'boolean') return { outcome: 'failed', reason: 'it gives neither true nor false' };
      if (!value) return { outcome: 'holds', holds: false };
    }
    return { outcome: 'holds', holds: true };
  } catch (cause) {
    return { outcome: 'failed', reason: reasonOf(cause) };
  }
}

function parse(expression: string): ParseResult {
  const known = parsed.get(expression);
  if (known) return known;
  if (parsed.size >= MOST_PARSED) parsed.clear();
  const evaluate = environment.parse(expression);
  parsed.set(expression, evaluate);
  return evaluate;
}

/** JSON, its whole numbers as CEL has them. */
function read(json: string): unknown {
  return JSON.parse(json, (_key, value: unknown) =>
    typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value,
  );
}

/** The library's summary, without the excerpt of the expression that its message draws. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'it cannot be evaluated';
  return 'summary' in cause && typeof cause.summary === 'string' ? cause.summary : cause.message;
}
