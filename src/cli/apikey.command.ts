import { describeValue, isSection } from '@berth/sdk';
import type { Console } from './console.js';
import { EXIT } from './exit-code.js';

/** What an administrator wants done with the keys of a user, on a running server. */
interface ApiKeyOrder {
  readonly verb: 'list' | 'revoke';
  /** Of the server, such as `https://registry.example.com`. */
  readonly url: string;
  readonly user: string;
  /** One key; absent: all of the user's. */
  readonly id: string | undefined;
}

const USER = 'BERTH_USER';
const PASSWORD = 'BERTH_PASSWORD';
/** Milliseconds. */
const DEADLINE = 30_000;

/**
 * `berth apikey list|revoke <url> <user> [id]`: asks a running server, so that every replica knows at once. Who asks is taken from the
 * environment, where neither the list of processes nor a history shows it.
 */
export async function apiKeys([verb, url = '', owner = '', id]: readonly string[], console: Console): Promise<number> {
  const isOrder = verb === 'revoke' || (verb === 'list' && id === undefined);
  if (!isOrder || !URL.canParse(url) || owner === '') {
    console.err('berth: apikey takes list <url> <user>, or revoke <url> <user> [id]\n');
    return EXIT.usage;
  }
  const order: ApiKeyOrder = { verb, url, user: owner, id };
  const [user, password] = [process.env[USER], process.env[PASSWORD]];
  if (user === undefined || password === undefined) {
    console.err(`berth: ${USER} and ${PASSWORD} must hold who you are\n`);
    return EXIT.usage;
  }
  const answer = await ask(order, `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`);
  if (typeof answer === 'string') {
    console.err(`berth: ${answer}\n`);
    return EXIT.failure;
  }
  if (order.verb === 'list') console.out(tableOf(answer));
  else console.out(`${String(answer['revoked'])} revoked\n`);
  return EXIT.ok;
}

/** What the server answers, or a sentence that says why it did not. */
async function ask(
  { verb, url, user, id }: ApiKeyOrder,
  authorization: string,
): Promise<Record<string, unknown> | string> {
  const query = new URLSearchParams({ user, ...(id !== undefined && { id }) });
  try {
    const target = new URL(`zot/auth/apikey?${query.toString()}`, url.endsWith('/') ? url : `${url}/`);
    const method = verb === 'list' ? 'GET' : 'DELETE';
    const signal = AbortSignal.timeout(DEADLINE);
    const response = await fetch(target, { method, headers: { authorization }, redirect: 'error', signal });
    const body: unknown = await response.json();
    if (response.ok && isSection(body)) return { ...body };
    return `the server answered ${String(response.status)}: ${messageOf(body)}`;
  } catch (cause) {
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    return `${url} cannot be asked: ${reason}`;
  }
}

function messageOf(body: unknown): string {
  const errors = isSection(body) ? body['errors'] : undefined;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return isSection(first) && typeof first['message'] === 'string' ? first['message'] : describeValue(body);
}

const COLUMNS = ['uuid', 'label', 'createdAt', 'expirationDate', 'lastUsed', 'scopes'] as const;

function tableOf(answer: Record<string, unknown>): string {
  const keys = Array.isArray(answer['apiKeys']) ? answer['apiKeys'].filter(isSection) : [];
  const rows = keys.map((key) => COLUMNS.map((column) => cellOf(key[column])));
  const lines = [[...COLUMNS], ...rows];
  const widths = COLUMNS.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** On one line, whatever a user has put into a label. */
function cellOf(value: unknown): string {
  const text = Array.isArray(value) ? value.join(' ') : typeof value === 'string' ? value : '';
  return text.replace(/[^\x20-\x7e\u00a0-\uffff]+/g, ' ').slice(0, 80);
}
