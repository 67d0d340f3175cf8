import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { HttpConnection, renderRequest } from './http-connection.ts';

/**
 * `berth` trades durability for speed as docker-registry does; `berth-durable` syncs before it answers; `berth-guarded` has users in a
 * file, with bcrypt of cost 10, and rules that let everyone do everything below `bench`; `berth-mirror` and `cncf-mirror` have an
 * upstream.
 */
export type PeerName = 'berth' | 'berth-durable' | 'berth-guarded' | 'berth-mirror' | 'cncf' | 'cncf-mirror';

/** A registry under measure. */
export interface Peer {
  readonly name: PeerName;
  readonly description: string;
  readonly origin: URL;
  readonly pid: number;
  /** How many connections may set up one repository at once. */
  readonly fillConnections: number;
  /** Removes the stored bytes of blobs that are not asked for again, given by digest, to bound the disk that a run takes. */
  reclaim(digests: ReadonlySet<string>): Promise<void>;
}

const START_DEADLINE_MS = 30_000;
const POLL_INTERVAL_MS = 20;

/** Polls until `find` gives a value; rejects where the server ends first or 30 s pass. */
export async function awaitStart<T>(
  child: ChildProcess,
  what: string,
  find: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + START_DEADLINE_MS;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (child.exitCode !== null) throw new Error(`${what} ended with exit code ${child.exitCode} before it was ready`);
    if (performance.now() > deadline) throw new Error(`${what} was not ready within ${START_DEADLINE_MS} ms`);
    await delay(POLL_INTERVAL_MS);
  }
}

/** Gives true once the server answers 200 at `path`, undefined until then. */
export async function answers(origin: URL, path: string): Promise<true | undefined> {
  let connection: HttpConnection;
  try {
    connection = await HttpConnection.open(origin);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') return undefined;
    throw error;
  }
  try {
    const response = await connection.send(renderRequest(origin, 'GET', path));
    return response.status === 200 ? true : undefined;
  } finally {
    connection.close();
  }
}
