import { createTestRegistry, type RegistryResponse, type TestRegistry, type TestRegistryOptions } from '@berth/testkit';
import { afterAll, beforeAll } from 'vitest';

/** One server for all tests of a file, closed behind them. Gives it to whoever calls the result in a test. */
export function useRegistry(options: TestRegistryOptions = {}): () => TestRegistry {
  let registry: TestRegistry | undefined;
  beforeAll(async () => {
    registry = await createTestRegistry(options);
  });
  afterAll(() => registry?.close());
  return () => {
    if (!registry) throw new Error('the registry is not there outside of tests');
    return registry;
  };
}

/** Sends one request to the server of a file, in one line. */
export function senderTo(registry: () => TestRegistry) {
  return (
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: Buffer,
  ): Promise<RegistryResponse> => registry().request(method, path, { headers, ...(body && { body }) });
}
