import { parseArgs } from 'node:util';
import type { Console } from './console.js';

type Run = (console: Console) => Promise<number>;

/** What follows `berth plugin`: what to run, or a sentence that says what is wrong with it. */
export function parsePluginDevelopment(argv: readonly string[]): Run | string {
  const parsed = parseWords(argv);
  if (typeof parsed === 'string') return parsed;
  const { out } = parsed;
  const [verb, ...args] = parsed.words;
  if (verb === 'new') return parseNew(args, out);
  if (verb === 'pack') return parsePack(args, out);
  return verb === undefined ? 'plugin needs "new" or "pack"' : `there is no command "plugin ${verb}"`;
}

function parseNew([name, folder, ...rest]: readonly string[], out: string | undefined): Run | string {
  if (name === undefined) return 'plugin new needs a name';
  if (out !== undefined) return 'plugin new takes no --out';
  if (rest[0] !== undefined) return `plugin new does not take ${JSON.stringify(rest[0])}`;
  return async (console) => (await import('./plugin-new.command.js')).newPlugin(name, { folder }, console);
}

function parsePack([folder = '.', ...rest]: readonly string[], out: string | undefined): Run | string {
  if (rest[0] !== undefined) return `plugin pack does not take ${JSON.stringify(rest[0])}`;
  return async (console) => (await import('./plugin-pack.command.js')).packPlugin(folder, { out }, console);
}

function parseWords(argv: readonly string[]): { readonly words: string[]; readonly out: string | undefined } | string {
  try {
    const options = { out: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    return { words: positionals, out: values.out };
  } catch (error) {
    if (error instanceof TypeError && 'code' in error) return error.message;
    throw error;
  }
}
