import { parseArgs } from 'node:util';
import type { Section } from '@berth/sdk';
import type { Console } from './console.js';
import { EXIT } from './exit-code.js';
import { SearchPages } from './search-pages.js';
import { SearchTable } from './search-table.js';

const USAGE = 'berth: search takes <url> <query> [--json] [--sort <order>] [--limit <number>]\n';
/** What is printed where nobody says how much. */
const DEFAULT_LIMIT = 100;

interface Order {
  readonly url: string;
  readonly query: string;
  readonly sort: string | undefined;
  readonly limit: number;
  readonly isJson: boolean;
}

/**
 * `berth search <url> <query>`: asks a running server, page by page. Who asks is taken from the environment, where neither the list of
 * processes nor a history shows it; an API key is a password.
 */
export async function search(argv: readonly string[], console: Console): Promise<number> {
  const order = orderOf(argv);
  if (!order) {
    console.err(USAGE);
    return EXIT.usage;
  }
  const pages = new SearchPages(order);
  const images: Section[] = [];
  for await (const page of pages.upTo(order.limit)) {
    if (typeof page === 'string') {
      console.err(`berth: ${page}\n`);
      return EXIT.failure;
    }
    images.push(...page);
  }
  console.out(order.isJson ? jsonOf(pages.total, images) : new SearchTable(images).toString());
  const left = pages.total - images.length;
  if (!order.isJson && left > 0) console.err(`${String(left)} more; --limit prints more of them\n`);
  if (!pages.isComplete) console.err('The index is still being built: there may be more.\n');
  return EXIT.ok;
}

function orderOf(argv: readonly string[]): Order | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { json: { type: 'boolean', default: false }, sort: { type: 'string' }, limit: { type: 'string' } },
      allowPositionals: true,
    });
    const [url, query, ...more] = positionals;
    const limit = values.limit === undefined ? DEFAULT_LIMIT : Number(values.limit);
    const isRight = url !== undefined && query !== undefined && more.length === 0 && /^https?:\/\//.test(url);
    if (!isRight || !URL.canParse(url) || !Number.isSafeInteger(limit) || limit < 1) return undefined;
    return { url, query, sort: values.sort, limit, isJson: values.json };
  } catch (error) {
    if (error instanceof TypeError && 'code' in error) return undefined;
    throw error;
  }
}

function jsonOf(total: number, images: readonly Section[]): string {
  return `${JSON.stringify({ total, results: images }, undefined, 2)}\n`;
}
