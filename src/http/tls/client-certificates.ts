import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { RegistryLogger } from '../../logging/registry-logger.js';
import type { HttpRequest } from '../exchange.js';
import { certificateNames } from './certificate-names.js';

/** As it was when the connection began: a client that negotiates anew could show another one, which nobody has looked at. */
const shown = new WeakMap<Socket, X509Certificate>();

/** The certificate that the client has shown and that counts; `undefined` without TLS and where none was shown. */
export function clientCertificateOf({ raw }: Pick<HttpRequest, 'raw'>): X509Certificate | undefined {
  return shown.get(raw.socket);
}

/** For the event `secureConnection`: a client may come without a certificate; one that shows a bad one is not let in. */
export function admitClients(logger: RegistryLogger): (socket: TLSSocket) => void {
  return (socket) => {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return;
    const fault = faultOf(socket, certificate);
    if (fault === undefined) {
      shown.set(socket, certificate);
      return;
    }
    const { remoteAddress: address } = socket;
    logger.warn(
      { event: 'client certificate refused', reason: fault, address, fingerprint: certificate.fingerprint256 },
      'a client has shown a certificate that is not taken',
    );
    socket.destroy();
  };
}

function faultOf(socket: TLSSocket, certificate: X509Certificate): string | undefined {
  if (!socket.authorized) return String(socket.authorizationError);
  // A session that is resumed brings its certificate along, and OpenSSL does not look at its time again.
  if (certificate.validToDate.getTime() < Date.now()) return 'CERT_HAS_EXPIRED';
  const names = certificateNames(certificate.raw);
  return 'fault' in names ? names.fault : undefined;
}
