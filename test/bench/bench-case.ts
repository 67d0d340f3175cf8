import type { Operation } from './load.ts';
import type { PeerName } from './peer.ts';
import type { Random } from './random.ts';
import type { RepositoryFixtures } from './repository-fixtures.ts';

export interface Workload {
  readonly operation: Operation;
  /** Undoes after each slice what would otherwise pile up. */
  readonly tidy?: () => Promise<void>;
}

/** One kind of work that every peer in the list is given. */
export interface BenchCase {
  readonly name: string;
  readonly peers: readonly PeerName[];
  /** Why a peer is not in the list, or what one does differently; printed below the table. */
  readonly note?: string;
  /** Bytes of a blob that one operation moves, where CPU per GB is of interest. */
  readonly bytes?: number;
  /** The most CPU per operation that Berth may take, as a part of docker-registry's. */
  readonly atMost?: number;
  /** The most CPU per operation that it may take, as a multiple of that of another case at the same peer. */
  readonly costsAtMost?: { readonly times: number; readonly of: string };
  /** Cases of one group must cost Berth the same, within 20 %. */
  readonly flatGroup?: string;
  /** Sets up what the operation needs; checks once that the peer answers what is meant. */
  prepare(fixtures: RepositoryFixtures, random: Random): Promise<Workload>;
}
