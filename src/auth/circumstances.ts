import type { TLSSocket } from 'node:tls';
import type { RequestCircumstances } from '@berth/sdk';
import type { HttpRequest } from '../http/exchange.js';

/** What rules with conditions may ask of a request. */
export function circumstancesOf(request: HttpRequest): RequestCircumstances {
  const { reference, digest } = request.params as { readonly reference?: string; readonly digest?: string };
  const socket = request.raw.socket as Partial<Pick<TLSSocket, 'getProtocol'>>;
  return {
    method: request.method,
    userAgent: request.headers['user-agent'] ?? '',
    reference: reference ?? digest ?? '',
    address: request.ip,
    forwardedFor: String(request.headers['x-forwarded-for'] ?? ''),
    tlsVersion: socket.getProtocol?.() ?? undefined,
  };
}
