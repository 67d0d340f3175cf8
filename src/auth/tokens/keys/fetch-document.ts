import { get as getPlain, type IncomingMessage } from 'node:http';
import { get as getSecure } from 'node:https';
import { isKeyUrl } from './is-key-url.js';

/** A discovery document or a JWKS has a few KiB. Characters. */
const LONGEST = 1024 * 1024;

export interface FetchOptions {
  /** PEM of the authorities that its certificate must come from; absent: those of the system. */
  readonly ca?: string | undefined;
  /** Bounds all of it: name, connection, answer. */
  readonly signal: AbortSignal;
}

/**
 * The JSON at `url`. Follows no redirect: it could lead off the transport that makes keys trustworthy. Throws an Error that says why
 * not. Node's `fetch` takes no authority of one's own, so this does not use it.
 */
export async function fetchDocument(url: string, { ca, signal }: FetchOptions): Promise<unknown> {
  if (!isKeyUrl(url)) throw new Error('the URL is neither https nor http on this machine');
  const get = url.startsWith('https:') ? getSecure : getPlain;
  const headers = { accept: 'application/json', 'user-agent': 'berth' };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // A connection of its own: they are minutes apart.
  get(url, { agent: false, signal, headers, ...(ca !== undefined && { ca }) }, resolve).on('error', reject);
  const response = await promise;
  try {
    if (response.statusCode !== 200) throw new Error(`it answered ${String(response.statusCode)}`);
    return parse(await textOf(response));
  } finally {
    response.destroy();
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of response.setEncoding('utf8') as AsyncIterable<string>) {
    text += piece;
    if (text.length > LONGEST) throw new Error(`it answered more than ${String(LONGEST)} characters`);
  }
  return text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error('it answered no JSON', { cause });
  }
}
