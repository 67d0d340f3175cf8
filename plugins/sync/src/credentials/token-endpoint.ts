import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, isSection } from '@berth/sdk';
import { Agent, EnvHttpProxyAgent, request } from 'undici';
import { readBody } from '../upstream/read-body.js';

/** An access token, and when it runs out, in milliseconds since the epoch. */
export interface AccessToken {
  readonly token: string;
  readonly expiresAt: number;
}

const MOST_BYTES = 1_048_576;
/** Seconds that a token holds which does not say how long, as in zot. */
const DEFAULT_LIFE = 300;
const HEADERS = { accept: 'application/json' };

/** Asks for tokens as OAuth 2.0 has it. Of what is sent and of what is answered nothing stands in its errors but the status. */
@Injectable()
export class TokenEndpoint implements OnApplicationShutdown {
  #proxied: EnvHttpProxyAgent | undefined;
  #direct: Agent | undefined;

  constructor(private readonly clock: Clock) {}

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.#proxied?.destroy(), this.#direct?.destroy()]);
  }

  /** By POST of a form, through the proxy that the environment names. rfc6749 4.4.2 */
  post(url: string, form: Readonly<Record<string, string>>, signal: AbortSignal): Promise<AccessToken> {
    const dispatcher = (this.#proxied ??= new EnvHttpProxyAgent());
    const headers = { ...HEADERS, 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams(form).toString();
    return this.#tokenOf(url, { method: 'POST', headers, body, signal, dispatcher });
  }

  /** By GET of what stands beside this machine, and is asked through no proxy. */
  get(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<AccessToken> {
    const dispatcher = (this.#direct ??= new Agent());
    return this.#tokenOf(url, { method: 'GET', headers: { ...HEADERS, ...headers }, signal, dispatcher });
  }

  async #tokenOf(url: string, options: Parameters<typeof request>[1] & { signal: AbortSignal }): Promise<AccessToken> {
    options.signal.throwIfAborted();
    const { host } = new URL(url);
    const { statusCode, body } = await request(url, options);
    const bytes = await readBody(body, MOST_BYTES, options.signal);
    if (statusCode !== 200) throw new Error(`${host} answers ${statusCode}`);
    const { access_token: token, expires_in: expiresIn } = documentOf(bytes);
    if (typeof token !== 'string' || token === '') throw new Error(`${host} gives no access token`);
    const life = Number(expiresIn) > 0 ? Number(expiresIn) : DEFAULT_LIFE;
    return { token, expiresAt: this.clock.now() + life * 1000 };
  }
}

function documentOf(bytes: Buffer | undefined): Readonly<Record<string, unknown>> {
  try {
    const document: unknown = bytes && JSON.parse(bytes.toString('utf8'));
    return isSection(document) ? document : {};
  } catch {
    return {};
  }
}
