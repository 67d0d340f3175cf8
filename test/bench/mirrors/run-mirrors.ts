import type { Plan } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import { startBerth } from '../peer-berth.ts';
import { isCncfInstalled, startCncf } from '../peer-cncf.ts';
import type { Peer } from '../peer.ts';
import { seededRandom } from '../random.ts';
import type { Workspace } from '../workspace.ts';
import { measureMirrors, type MirrorMeasurements } from './measure-mirrors.ts';
import { Upstream } from './upstream.ts';

/** What `--only` chooses all of this by. */
export const MIRROR_CASES = 'mirrors';
const PUSHED = 'bench/**';

/** Starts mirrors of one upstream and measures them. */
export async function runMirrors(options: BenchOptions, workspace: Workspace, plan: Plan): Promise<MirrorMeasurements> {
  const upstream = await Upstream.start(workspace);
  const peers: Peer[] = [];
  if (options.peers.berth) {
    const registry = { urls: [upstream.origin.origin], onDemand: true, content: [{ prefix: PUSHED }] };
    peers.push(await startBerth(workspace, 'berth-mirror', { sync: { registries: [registry] } }));
  }
  if (options.peers.cncf && isCncfInstalled()) peers.push(await startCncf(workspace, upstream.origin));
  return measureMirrors(peers, upstream, plan, seededRandom(options.seed));
}
