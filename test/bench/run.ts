import { writeFile } from 'node:fs/promises';
import { casesFor } from './cases/all-cases.ts';
import { FULL_PLAN, type Measurement, Measuring, type Plan, QUICK_PLAN } from './measure.ts';
import { idleHookNanoseconds } from './hook-cost.ts';
import { type BenchOptions, parseOptions } from './options.ts';
import { mirrorTables, mirrorVerdicts } from './mirrors/mirror-report.ts';
import { MIRROR_CASES, runMirrors } from './mirrors/run-mirrors.ts';
import type { MirrorMeasurements } from './mirrors/measure-mirrors.ts';
import { startBerth } from './peer-berth.ts';
import { isCncfInstalled, startCncf } from './peer-cncf.ts';
import type { Peer, PeerName } from './peer.ts';
import { seededRandom } from './random.ts';
import { hookLine, machine, measurementRecord, noteLines, tableHead, tableRows, verdictLines } from './report.ts';
import { type Verdict, verdictsOn } from './verdicts.ts';
import { Workspace } from './workspace.ts';

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

async function startPeers(options: BenchOptions, workspace: Workspace, needed: ReadonlySet<PeerName>): Promise<Peer[]> {
  const peers: Peer[] = [];
  if (options.peers.berth) {
    for (const name of ['berth', 'berth-durable', 'berth-guarded'] as const)
      if (needed.has(name)) peers.push(await startBerth(workspace, name));
  }
  if (options.peers.cncf && !isCncfInstalled()) {
    say('docker-registry is not installed (apt-get install docker-registry): there is nothing to compare with.');
  } else if (options.peers.cncf && needed.has('cncf')) {
    peers.push(await startCncf(workspace));
  }
  if (peers.length === 0) throw new Error('no registry to measure');
  return peers;
}

async function measureAll(options: BenchOptions, workspace: Workspace, plan: Plan): Promise<Measurement[]> {
  const cases = casesFor(options, MIRROR_CASES);
  if (cases.length === 0) return [];
  const needed = new Set(cases.flatMap((benchCase) => benchCase.peers));
  const peers = await startPeers(options, workspace, needed);
  for (const peer of peers) say(`${peer.name}: ${peer.description}`);
  const measuring = new Measuring(peers, plan, seededRandom(options.seed));
  const measurements: Measurement[] = [];
  say(`\n${tableHead()}`);
  const groups = Map.groupBy(cases, (benchCase) => benchCase.flatGroup ?? benchCase.name);
  for (const group of groups.values()) {
    const measured = await measuring.run(group);
    if (measured.length > 0) say(tableRows(measured));
    measurements.push(...measured);
  }
  return measurements;
}

async function writeJson(
  file: string,
  options: BenchOptions,
  measurements: readonly Measurement[],
  mirrors: MirrorMeasurements | undefined,
  verdicts: readonly Verdict[],
): Promise<void> {
  const records = measurements.map((measurement) => measurementRecord(measurement, measurements));
  const { seed, tags, quick } = options;
  const document = {
    date: new Date(),
    machine: machine(),
    seed,
    tags,
    quick,
    measurements: records,
    mirrors,
    verdicts,
  };
  await writeFile(file, `${JSON.stringify(document, null, 2)}\n`);
}

async function bench(options: BenchOptions, workspace: Workspace): Promise<number> {
  const { cpu, cores, node } = machine();
  say(`${new Date().toISOString()} · ${cpu}, ${cores} cores · Node ${node} · --seed ${options.seed}`);
  if (options.quick) say('--quick: one short round, 100 MiB at concurrency 1 only; too short for figures to quote.');
  const plan = options.quick ? QUICK_PLAN : FULL_PLAN;
  const measurements = await measureAll(options, workspace, plan);
  const mirrors = options.only.test(MIRROR_CASES) ? await runMirrors(options, workspace, plan) : undefined;
  if (mirrors) say(`\n${mirrorTables(mirrors)}`);
  const verdicts = [...verdictsOn(measurements), ...(mirrors ? mirrorVerdicts(mirrors) : [])];
  say(`\n${noteLines(measurements)}\n\n${verdictLines(verdicts)}`);
  say(`\n${hookLine(await idleHookNanoseconds(), measurements)}`);
  if (options.json !== undefined) await writeJson(options.json, options, measurements, mirrors, verdicts);
  const isMissed = verdicts.some(({ isMet }) => !isMet);
  return options.enforce && isMissed ? 1 : 0;
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  const workspace = new Workspace();
  try {
    return await bench(options, workspace);
  } catch (error) {
    process.stderr.write(`${workspace.logTails()}\n`);
    throw error;
  }
}

// The servers and the folder go with the process: leaving by exit is what ends them.
process.exit(await main());
