import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { answers, awaitStart, type Peer } from './peer.ts';
import type { Workspace } from './workspace.ts';

const PROGRAM = '/usr/bin/docker-registry';

/** Whether Debian's docker-registry (CNCF distribution) is installed. */
export function isCncfInstalled(): boolean {
  return existsSync(PROGRAM);
}

/**
 * Starts docker-registry as Debian configures it, but without authentication and in a folder of this run; with an `upstream` it
 * mirrors that, as `cncf-mirror`.
 */
export async function startCncf(workspace: Workspace, upstream?: URL): Promise<Peer> {
  const name = upstream === undefined ? 'cncf' : 'cncf-mirror';
  const folder = join(workspace.folder, name);
  const rootdirectory = join(folder, 'root');
  const configFile = join(folder, 'config.yml');
  await mkdir(rootdirectory, { recursive: true });
  const origin = new URL(`http://127.0.0.1:${await freePort()}`);
  const config = {
    version: '0.1',
    log: { fields: { service: 'registry' } },
    storage: {
      cache: { blobdescriptor: 'inmemory' },
      filesystem: { rootdirectory },
      delete: { enabled: true },
    },
    http: { addr: origin.host, secret: 'bench', headers: { 'X-Content-Type-Options': ['nosniff'] } },
    ...(upstream === undefined ? {} : { proxy: { remoteurl: upstream.origin } }),
    health: { storagedriver: { enabled: true, interval: '10s', threshold: 3 } },
  };
  // JSON is YAML.
  await writeFile(configFile, JSON.stringify(config));
  const { child, pid } = workspace.start(PROGRAM, ['serve', configFile], join(folder, 'log'));
  await awaitStart(child, 'docker-registry', () => answers(origin, '/v2/'));
  return {
    name,
    description: execFileSync(PROGRAM, ['--version'], { encoding: 'utf8' }).trim(),
    origin,
    pid,
    // It truncates a link before it writes it, so tags of one manifest that are put at once read each other's halves.
    fillConnections: 1,
    reclaim: async (digests) => {
      const hexes = [...digests].map((digest) => digest.slice('sha256:'.length));
      const blobs = join(rootdirectory, 'docker/registry/v2/blobs/sha256');
      await Promise.all(hexes.map((hex) => rm(join(blobs, hex.slice(0, 2), hex), { recursive: true })));
    },
  };
}

/** It cannot report a port that the kernel chose, so one is found for it first. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('a TCP server without a port'));
        else resolve(address.port);
      });
    });
  });
}
