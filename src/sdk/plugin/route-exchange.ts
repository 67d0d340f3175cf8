import type { Readable } from 'node:stream';
import type { Identity } from '../ports/identity.js';

/** What a route of a plugin gets as `@Req()`. The body is a stream, whatever its type: `readJson` reads one. */
export interface PluginRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly query: unknown;
  readonly params: unknown;
  readonly raw: Readable;
  readonly id: string;
  /** Who asks, as far as the server knows: `actor` is the name, `identity` what AccessControl wants to be asked with. */
  readonly facts: { readonly actor: string | undefined; readonly identity: Identity };
}

/** What a route of a plugin gets as `@Res()`. */
export interface PluginReply {
  code(status: number): this;
  header(name: string, value: string | number): this;
  /** A string or bytes are sent as they are, a stream is piped, anything else is sent as JSON. */
  send(body?: unknown): unknown;
}
