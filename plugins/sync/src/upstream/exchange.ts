import { type Dispatcher, request } from 'undici';
import type { Connections } from './connections.js';
import { Deadline } from './deadline.js';

export interface ExchangeOptions {
  readonly method: 'GET' | 'HEAD';
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: Pick<Connections, 'own' | 'elsewhere'>;
  /** Milliseconds until each answer has to begin. */
  readonly timeout: number;
  /** Whether a redirect may lead from TLS to where there is none. */
  readonly mayGoPlain: boolean;
  /** Ends the wait for the answer; once that has begun, whoever reads it ends it. */
  readonly signal: AbortSignal;
}

export type Exchanged = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'> & {
  /** True where another host than the one that was asked gave the answer. */
  readonly isElsewhere: boolean;
};

const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Whatever a redirect has in its body beyond this is not read. */
const DUMPED_BYTES = 16_384;

/**
 * Sends a request and follows where it is sent. Another origin is told nothing of who we are, nor of whose request it is part. Rejects as undici does, for too many
 * redirects, and for one that leads nowhere.
 */
export async function exchange(url: URL, options: ExchangeOptions): Promise<Exchanged> {
  let at = url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const isElsewhere = at.origin !== url.origin;
    const response = await sendOnce(at, isElsewhere, options);
    const { location } = response.headers;
    if (!REDIRECTS.has(response.statusCode) || typeof location !== 'string') return { ...pick(response), isElsewhere };
    // What is wrong with a body that nobody wants is nobody's matter.
    await response.body.dump({ limit: DUMPED_BYTES }).catch(() => undefined);
    at = targetOf(location, at, options.mayGoPlain);
  }
  throw new Error(`it redirects more than ${MOST_REDIRECTS} times`);
}

async function sendOnce(url: URL, isElsewhere: boolean, options: ExchangeOptions): Promise<Dispatcher.ResponseData> {
  const { method, headers, connections, timeout, signal } = options;
  const { authorization: _authorization, traceparent: _traceparent, ...withoutUs } = headers;
  using deadline = new Deadline(timeout, signal);
  const response = await request(url, {
    method,
    headers: isElsewhere ? withoutUs : headers,
    dispatcher: isElsewhere ? connections.elsewhere : connections.own,
    signal: deadline.signal,
  });
  // Whoever reads it is told of what is wrong with it; where nobody does, it is nobody's matter.
  response.body.on('error', () => undefined);
  return response;
}

function pick({ statusCode, headers, body }: Dispatcher.ResponseData): Omit<Exchanged, 'isElsewhere'> {
  return { statusCode, headers, body };
}

function targetOf(location: string, from: URL, mayGoPlain: boolean): URL {
  if (!URL.canParse(location, from.href)) throw new Error('it redirects to no URL');
  const target = new URL(location, from);
  const isWeb = target.protocol === 'https:' || target.protocol === 'http:';
  const isLoss = from.protocol === 'https:' && target.protocol === 'http:';
  if (!isWeb || (isLoss && !mayGoPlain)) throw new Error(`it redirects to ${target.protocol}//`);
  target.username = '';
  target.password = '';
  return target;
}
