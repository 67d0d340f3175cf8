import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hashSync } from 'bcrypt';
import { readPeakMemory, resetPeakMemory } from '../peak-memory.ts';
import { awaitStart } from '../peer.ts';
import { Workspace } from '../workspace.ts';
import { generateRegistry } from './generate-registry.ts';
import { QUERY_KINDS, type QueryKind } from './query-kinds.ts';
import { ZOT_QUERY_KINDS } from './zot-query-kinds.ts';

const PROGRAM = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const USER = { name: 'bench', password: 'bench-secret' };
const COST = 4;
const WARM_UP = 3;
const TARGETS = { p95: 100, rebuildSeconds: 180, peakMegabytes: 400 };

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

interface Running {
  readonly origin: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** `bench` may read everything, nobody known one team's repositories. */
async function configure(folder: string, hasSearch: boolean): Promise<string> {
  const users = join(folder, 'htpasswd');
  await writeFile(users, `${USER.name}:${hashSync(USER.password, COST)}\n`);
  const file = join(folder, 'config.json');
  const config = {
    storage: { rootDirectory: join(folder, 'root'), gc: false },
    http: {
      address: '127.0.0.1',
      port: 0,
      auth: { htpasswd: { path: users } },
      accessControl: {
        repositories: { 'team-7/**': { anonymousPolicy: ['read'] } },
        adminPolicy: { users: [USER.name] },
      },
    },
    log: { level: 'info' },
    extensions: hasSearch ? { search: {} } : {},
  };
  await writeFile(file, JSON.stringify(config));
  return file;
}

async function serve(workspace: Workspace, config: string): Promise<Running> {
  const log = join(workspace.folder, `log-${Math.round(performance.now())}`);
  const { child, pid } = workspace.start(process.execPath, [PROGRAM, 'serve', config], log);
  const origin = await awaitStart(child, 'berth', async () => {
    const text = await readFile(log, 'utf8');
    return /"event":"listening".*?"url":"(http:[^"]+)"/.exec(text)?.[1];
  });
  await awaitStart(child, 'berth', async () => ((await fetch(new URL('/readyz', origin))).ok ? true : undefined));
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  };
  return { origin, pid, stop };
}

interface Answer {
  readonly total: number;
  readonly complete: boolean;
}

async function ask(origin: string, kind: QueryKind): Promise<Answer> {
  const { query, sort, graphql, isAnonymous } = kind;
  const [path, parameters] = graphql
    ? (['/v2/_zot/ext/search', { query: graphql }] as const)
    : (['/v2/_berth/ext/search', { q: query, ...(sort && { sort }) }] as const);
  const credentials = Buffer.from(`${USER.name}:${USER.password}`).toString('base64');
  const response = await fetch(new URL(`${path}?${new URLSearchParams(parameters).toString()}`, origin), {
    headers: isAnonymous ? {} : { authorization: `Basic ${credentials}` },
  });
  if (!response.ok) throw new Error(`${query}: ${response.status} ${await response.text()}`);
  return graphql ? zotAnswer(await response.json()) : ((await response.json()) as Answer);
}

/** @throws Error where the query has an error, which is 200 all the same */
function zotAnswer(body: unknown): Answer {
  const { data } = body as { readonly data?: { readonly found: { readonly Page: { readonly TotalCount: number } } } };
  if (!data) throw new Error(JSON.stringify(body));
  return { total: data.found.Page.TotalCount, complete: true };
}

/** The longest time in which the server answered nothing else meanwhile, in milliseconds. */
async function slowestAnswer(origin: string, whileRunning: Promise<unknown>): Promise<{ p99: number; most: number }> {
  const times: number[] = [];
  const running = new AbortController();
  void whileRunning.finally(() => {
    running.abort();
  });
  while (!running.signal.aborted) {
    const started = performance.now();
    await (await fetch(new URL('/livez', origin))).arrayBuffer();
    times.push(performance.now() - started);
    await delay(5);
  }
  times.sort((left, right) => left - right);
  return { p99: times[Math.floor(times.length * 0.99)] ?? 0, most: times.at(-1) ?? 0 };
}

async function isWhole(origin: string): Promise<void> {
  while (!(await ask(origin, { name: 'whole', query: 'tag:none', isAnonymous: false })).complete) await delay(200);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      repositories: { type: 'string', default: '5000' },
      tags: { type: 'string', default: '100000' },
      repeat: { type: 'string', default: '40' },
      enforce: { type: 'boolean', default: false },
    },
  });
  const workspace = new Workspace();
  await mkdir(join(workspace.folder, 'root'));
  await (await serve(workspace, await configure(workspace.folder, false))).stop();
  const size = { repositories: Number(values.repositories), tags: Number(values.tags) };
  const manifests = generateRegistry(join(workspace.folder, 'root'), size, Date.now());
  say(`${size.repositories} repositories, ${size.tags} tags, ${manifests} manifests`);

  const config = await configure(workspace.folder, true);
  const server = await serve(workspace, config);
  resetPeakMemory(server.pid);
  const started = performance.now();
  const whole = isWhole(server.origin);
  const meanwhile = await slowestAnswer(server.origin, whole);
  const rebuildSeconds = (performance.now() - started) / 1000;
  const rebuildMegabytes = readPeakMemory(server.pid) / 1e6;
  say(`rebuild: ${rebuildSeconds.toFixed(1)} s, peak ${rebuildMegabytes.toFixed(0)} MB`);
  say(`other requests meanwhile: p99 ${meanwhile.p99.toFixed(1)} ms, slowest ${meanwhile.most.toFixed(1)} ms`);

  resetPeakMemory(server.pid);
  let slowest = 0;
  say('\nquery                                     total     p50 ms    p95 ms');
  for (const kind of [...QUERY_KINDS, ...ZOT_QUERY_KINDS]) {
    const { total, p50, p95 } = await measure(server.origin, kind, Number(values.repeat));
    slowest = Math.max(slowest, p95);
    const row = [
      kind.name.padEnd(38),
      String(total).padStart(8),
      p50.toFixed(1).padStart(10),
      p95.toFixed(1).padStart(9),
    ];
    say(row.join(' '));
  }
  const peakMegabytes = readPeakMemory(server.pid) / 1e6;
  say(`\npeak while searching ${peakMegabytes.toFixed(0)} MB`);
  await server.stop();
  const isMet =
    slowest < TARGETS.p95 &&
    rebuildSeconds < TARGETS.rebuildSeconds &&
    Math.max(peakMegabytes, rebuildMegabytes) < TARGETS.peakMegabytes;
  say(`targets: p95 < 100 ms, rebuild < 180 s, memory < 400 MB: ${isMet ? 'met' : 'MISSED'}`);
  return values.enforce && !isMet ? 1 : 0;
}

async function measure(origin: string, kind: QueryKind, repeat: number) {
  const times: number[] = [];
  let total = 0;
  for (let at = 0; at < repeat + WARM_UP; at++) {
    const started = performance.now();
    ({ total } = await ask(origin, kind));
    if (at >= WARM_UP) times.push(performance.now() - started);
  }
  times.sort((left, right) => left - right);
  return { total, p50: times[Math.floor(repeat * 0.5)] ?? 0, p95: times[Math.floor(repeat * 0.95)] ?? 0 };
}

// The server and the folder go with the process: leaving by exit is what ends them.
process.exit(await main());
