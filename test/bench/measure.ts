import type { BenchCase, Workload } from './bench-case.ts';
import { medianSlice, runSlice, type Slice } from './load.ts';
import type { Peer, PeerName } from './peer.ts';
import { type Random, shuffled } from './random.ts';
import { RepositoryFixtures } from './repository-fixtures.ts';

/** How long and how often each peer is put under each load. */
export interface Plan {
  readonly rounds: number;
  readonly sliceMilliseconds: number;
  readonly warmUpMilliseconds: number;
  /** Operations that move more bytes than this run in fewer rounds, and without a warm-up at concurrency 16. */
  readonly heavyBytes: number;
  readonly heavyRounds: number;
  readonly heavyConcurrencies: readonly number[];
}

export const FULL_PLAN: Plan = {
  rounds: 5,
  sliceMilliseconds: 800,
  warmUpMilliseconds: 1500,
  heavyBytes: 10 * 1024 ** 2,
  heavyRounds: 3,
  heavyConcurrencies: [1, 16],
};

export const QUICK_PLAN: Plan = {
  ...FULL_PLAN,
  rounds: 1,
  sliceMilliseconds: 200,
  warmUpMilliseconds: 200,
  heavyRounds: 1,
  heavyConcurrencies: [1],
};

const CONCURRENCIES = [1, 16] as const;

export interface Measurement {
  readonly benchCase: BenchCase;
  readonly concurrency: number;
  readonly peer: PeerName;
  readonly median: Slice;
  readonly slices: readonly Slice[];
}

interface Contender {
  readonly benchCase: BenchCase;
  readonly peer: Peer;
  readonly workload: Workload;
}

/** Measures cases at peers that run side by side, so that they share the machine's weather. */
export class Measuring {
  readonly #fixtures: readonly RepositoryFixtures[];
  readonly #plan: Plan;
  readonly #random: Random;

  constructor(peers: readonly Peer[], plan: Plan, random: Random) {
    this.#fixtures = peers.map((peer) => new RepositoryFixtures(peer));
    this.#plan = plan;
    this.#random = random;
  }

  /**
   * Sets up the cases at each of their peers, then alternates slices in random order, round by round: between the
   * peers, and between the cases too where several are given, which are compared with each other and cost alike.
   */
  async run(cases: readonly BenchCase[]): Promise<readonly Measurement[]> {
    const contenders = await this.#prepare(cases);
    const isHeavy = cases.some(({ bytes = 0 }) => bytes > this.#plan.heavyBytes);
    for (const contender of contenders) {
      await slice(contender, isHeavy ? 1 : 16, this.#plan.warmUpMilliseconds);
    }
    const measurements: Measurement[] = [];
    for (const concurrency of isHeavy ? this.#plan.heavyConcurrencies : CONCURRENCIES) {
      const rounds = isHeavy ? this.#plan.heavyRounds : this.#plan.rounds;
      for (const [{ benchCase, peer }, slices] of await this.#alternate(contenders, concurrency, rounds)) {
        measurements.push({ benchCase, concurrency, peer: peer.name, median: medianSlice(slices), slices });
      }
    }
    return measurements;
  }

  async #prepare(cases: readonly BenchCase[]): Promise<Contender[]> {
    const contenders: Contender[] = [];
    for (const benchCase of cases) {
      for (const fixtures of this.#fixtures.filter(({ peer }) => benchCase.peers.includes(peer.name))) {
        const workload = await benchCase.prepare(fixtures, this.#random);
        contenders.push({ benchCase, peer: fixtures.peer, workload });
      }
    }
    return contenders;
  }

  async #alternate(
    contenders: readonly Contender[],
    concurrency: number,
    rounds: number,
  ): Promise<ReadonlyMap<Contender, readonly Slice[]>> {
    const slices = new Map(contenders.map((contender): [Contender, Slice[]] => [contender, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [contender, measured] of shuffled([...slices], this.#random)) {
        measured.push(await slice(contender, concurrency, this.#plan.sliceMilliseconds));
      }
    }
    return slices;
  }
}

async function slice({ peer, workload }: Contender, concurrency: number, milliseconds: number): Promise<Slice> {
  const measured = await runSlice(peer, workload.operation, { concurrency, milliseconds });
  await workload.tidy?.();
  return measured;
}
