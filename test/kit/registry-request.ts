import type { Readable } from 'node:stream';

export interface RegistryRequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | Readable;
}

export interface RegistryResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Sends one request to a registry, in process or over a socket. `path` begins with `/`. Never throws for a status. */
export type RegistryRequest = (
  method: string,
  path: string,
  options?: RegistryRequestOptions,
) => Promise<RegistryResponse>;
