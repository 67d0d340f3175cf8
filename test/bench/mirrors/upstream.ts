import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HttpConnection, renderRequest } from '../http-connection.ts';
import { awaitStart } from '../peer.ts';
import { fetchBytes } from '../registry-client.ts';
import type { Workspace } from '../workspace.ts';

const PROGRAM = fileURLToPath(new URL('upstream-server.ts', import.meta.url));

export interface UpstreamImage {
  readonly tag: string;
  readonly digest: string;
  /** The digest of its layer. */
  readonly layer: string;
  /** Bytes of its manifest. */
  readonly size: number;
}

/** What was asked of it below /v2/, the bytes of bodies that it has sent, and how many answers are under way. */
export interface UpstreamCounts {
  readonly requests: number;
  readonly bytes: number;
  readonly open: number;
}

/** The upstream of all mirrors, in a process of its own. */
export class Upstream {
  readonly origin: URL;

  private constructor(origin: URL) {
    this.origin = origin;
  }

  static async start(workspace: Workspace): Promise<Upstream> {
    const logFile = join(workspace.folder, 'upstream.log');
    const { child } = workspace.start(process.execPath, [PROGRAM], logFile);
    const port = await awaitStart(
      child,
      'the upstream',
      async () => /^port (\d+)\n/.exec(await readFile(logFile, 'utf8'))?.[1],
    );
    return new Upstream(new URL(`http://127.0.0.1:${port}`));
  }

  /** A new image with a layer of so many bytes. */
  order(bytes: number): Promise<UpstreamImage> {
    return this.#ask(`/images?bytes=${bytes}`);
  }

  counts(): Promise<UpstreamCounts> {
    return this.#ask('/counts');
  }

  async #ask<Answer>(path: string): Promise<Answer> {
    const connection = await HttpConnection.open(this.origin);
    try {
      const answer = await fetchBytes(connection, renderRequest(this.origin, 'GET', path));
      return JSON.parse(answer.toString()) as Answer;
    } finally {
      connection.close();
    }
  }
}
