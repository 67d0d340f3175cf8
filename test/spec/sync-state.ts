import type { RegistryResponse, TestRegistry } from '@berth/testkit';
import { expect } from 'vitest';

/** Where the mirror tells of its upstreams. */
export const STATE_PATH = '/v2/_berth/ext/sync';

export interface SyncState {
  readonly countedSince: string;
  readonly upstreams: readonly Readonly<Record<string, unknown>>[];
}

export function stateIn({ status, body }: RegistryResponse): SyncState {
  expect(status).toBe(200);
  return JSON.parse(body.toString()) as SyncState;
}

export async function stateOf(registry: TestRegistry): Promise<SyncState> {
  return stateIn(await registry.request('GET', STATE_PATH));
}
