import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashSync } from 'bcrypt';
import { answers, awaitStart, type Peer, type PeerName } from './peer.ts';
import type { Workspace } from './workspace.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Whom `berth-guarded` knows. */
export const BENCH_USER = { name: 'bench', password: 'bench-secret' };
/** What `htpasswd -B -C 10` makes. */
const COST = 10;

type BerthName = Exclude<PeerName, 'cncf' | 'cncf-mirror'>;

/** Starts the built Berth on a port that the kernel chooses, and waits until it is ready. `extensions` as a configuration has them. */
export async function startBerth(workspace: Workspace, name: BerthName, extensions: object = {}): Promise<Peer> {
  if (!existsSync(PROGRAM)) throw new Error('dist/main.js is missing: run npm run build, or choose --peers cncf');
  const durable = name === 'berth-durable';
  const folder = join(workspace.folder, name);
  const rootDirectory = join(folder, 'root');
  const configFile = join(folder, 'config.json');
  const logFile = join(folder, 'log');
  await mkdir(rootDirectory, { recursive: true });
  const config = {
    storage: { rootDirectory, commit: durable, gc: false },
    http: { address: '127.0.0.1', port: 0, ...(name === 'berth-guarded' && (await guard(folder))) },
    log: { level: 'info' },
    extensions,
  };
  await writeFile(configFile, JSON.stringify(config));
  const { child, pid } = workspace.start(process.execPath, [PROGRAM, 'serve', configFile], logFile);
  const origin = await awaitStart(child, name, async () => announcedUrl(await readFile(logFile, 'utf8')));
  await awaitStart(child, name, () => answers(origin, '/readyz'));
  return {
    name,
    description: `Berth with storage.commit ${String(durable)}${name === 'berth-guarded' ? ', users and access rules' : ''}`,
    origin,
    pid,
    fillConnections: 16,
    reclaim: (digests) => unlinkBlobs(rootDirectory, digests),
  };
}

/** Users and rules, as `http` of a configuration has them. */
async function guard(folder: string): Promise<object> {
  const users = join(folder, 'htpasswd');
  await writeFile(users, `${BENCH_USER.name}:${hashSync(BENCH_USER.password, COST)}\n`);
  const everything = ['read', 'create', 'update', 'delete'];
  return {
    auth: { htpasswd: { path: users } },
    accessControl: { repositories: { 'bench/**': { anonymousPolicy: everything } } },
  };
}

/** Finds the address in the log line that says so, which may still be written in part. */
function announcedUrl(log: string): URL | undefined {
  const line = log
    .split('\n')
    .find((candidate) => candidate.includes('"event":"listening"') && candidate.endsWith('}'));
  const url = line === undefined ? undefined : /"url":"(http:[^"]+)"/.exec(line)?.[1];
  return url === undefined ? undefined : new URL(url);
}

/** Berth names a blob's file by its digest and a generation, and keeps manifests in its database: the walk is short. */
async function unlinkBlobs(rootDirectory: string, digests: ReadonlySet<string>): Promise<void> {
  const entries = await readdir(rootDirectory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && digests.has(`sha256:${entry.name.slice(0, 64)}`));
  if (files.length < digests.size) {
    throw new Error(`of ${digests.size} pushed blobs ${files.length} lie in ${rootDirectory}`);
  }
  await Promise.all(files.map((file) => unlink(join(file.parentPath, file.name))));
}
