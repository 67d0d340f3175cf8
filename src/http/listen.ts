import { lookup } from 'node:dns/promises';
import type { RegistryApplication } from './exchange.js';
import type { HttpConfig } from './http.config.js';

/**
 * Opens the listener. Of a name that has several addresses the first is taken, IPv4 before IPv6, as zot does. Given
 * "localhost" itself, Fastify would start a second server for its second address, without what is set on the first:
 * the check of client certificates, the answer to what is no HTTP, and the end of connections when the server stops.
 */
export async function listen(application: RegistryApplication, { address, port }: HttpConfig): Promise<void> {
  const resolved = await lookup(address, { order: 'ipv4first' });
  await application.listen(port, resolved.address);
}
