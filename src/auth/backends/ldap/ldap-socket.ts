import { once } from 'node:events';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectSecure, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { Client } from 'ldapts';
import type { LdapEndpoint, LdapMaterial } from './ldap-endpoint.js';
import { openingFailureOf } from './ldap-failure.js';

const START_TLS = '1.3.6.1.4.1.1466.20037';
/** Firewalls forget a connection that is silent for minutes. Milliseconds. */
const KEEP_ALIVE_AFTER = 30_000;

/** A socket that is connected and, where there shall be TLS, secure. @throws LdapFailure; whatever `signal` gives */
export async function openLdapSocket(
  endpoint: LdapEndpoint,
  { secureContext }: LdapMaterial,
  signal: AbortSignal,
): Promise<Socket> {
  const { host, port, security } = endpoint;
  const socket = await ready(connectPlain({ host, port }), 'connect', signal);
  socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_AFTER);
  if (security === 'none') return socket;
  if (security === 'startTls') await askForTls(socket, signal);
  // From here on the secure socket tells of what happens to this one.
  socket.on('error', ignoreLateError);
  return await ready(connectSecure(tlsOptions(endpoint, secureContext, socket)), 'secureConnect', signal, socket);
}

function tlsOptions(
  { host, skipVerify }: LdapEndpoint,
  secureContext: ConnectionOptions['secureContext'],
  socket: Socket,
): ConnectionOptions {
  // An address is compared with the certificate as well, but must not be sent as the server's name.
  const servername = isIP(host) === 0 ? { servername: host } : {};
  return { socket, host, ...servername, secureContext, rejectUnauthorized: !skipVerify };
}

async function ready<T extends Socket | TLSSocket>(
  socket: T,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
  below?: Socket,
): Promise<T> {
  try {
    await once(socket, event, { signal });
    return socket;
  } catch (cause) {
    socket.on('error', ignoreLateError).destroy();
    below?.destroy();
    signal.throwIfAborted();
    throw openingFailureOf(cause, event === 'connect' ? 'connect' : 'TLS');
  }
}

/**
 * The client that asks is thrown away: what somebody on the way may have slipped in before TLS would otherwise wait in it
 * and be taken for an answer that came through TLS.
 */
async function askForTls(socket: Socket, signal: AbortSignal): Promise<void> {
  const client = new Client({ url: 'ldap://server', createConnection: () => socket });
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const giveUp = (): void => {
    reject(signal.reason as Error);
  };
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    client.exop(START_TLS).then(resolve, reject);
    await promise;
    socket.removeAllListeners('data');
  } catch (cause) {
    socket.on('error', ignoreLateError).destroy();
    signal.throwIfAborted();
    throw openingFailureOf(cause, 'TLS');
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/** Without a listener an error ends the process. Somebody else tells of this one, or did. */
export function ignoreLateError(): void {
  // Its socket is closed by then.
}
