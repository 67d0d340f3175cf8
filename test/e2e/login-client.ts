import type { RegistryRequestOptions, RegistryResponse } from '../kit/registry-request.js';
import type { SocketRequest } from './socket-request.js';

/** Who somebody says they are. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** What the configuration needs for `LoginClient` to be several clients: they come as if through a proxy. */
export const MANY_ADDRESSES = { trustedProxies: ['loopback'] } as const;

export function basic({ user, password }: Login): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/**
 * Sends each request from an address of its own, since refusals slow down what comes from the same one, and tests that are about
 * something else would wait.
 */
export class LoginClient {
  #addresses = 0;

  constructor(private readonly request: SocketRequest) {}

  async send(method: string, path: string, options: RegistryRequestOptions = {}): Promise<RegistryResponse> {
    this.#addresses += 1;
    const address = `192.0.2.${String(this.#addresses % 255)}`;
    return await this.request(method, path, {
      ...options,
      headers: { 'x-forwarded-for': address, ...options.headers },
    });
  }

  /** The status that the ping answers with. */
  async status(login: Login): Promise<number> {
    return (await this.send('GET', '/v2/', { headers: basic(login) })).status;
  }

  /** The same, and how many milliseconds it took. */
  async timed(login: Login): Promise<{ readonly status: number; readonly took: number }> {
    const begin = performance.now();
    return { status: await this.status(login), took: performance.now() - begin };
  }
}
