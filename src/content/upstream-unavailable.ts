import { type ErrorCode, RegistryError, type SourceResult } from '@berth/sdk';

export type Unavailable = Extract<SourceResult<never>, { readonly outcome: 'unavailable' }>;

/** What a client is told of an upstream's status. Any other is a fault between us and the upstream, which is none of the client's. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  429: 'TOOMANYREQUESTS',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'UNAVAILABLE',
};
const BAD_GATEWAY = 502;

/** The answer where content is missing here, and the upstream that may have it cannot give it now. */
export class UpstreamUnavailable extends RegistryError {
  constructor({ upstream, status = BAD_GATEWAY, retryAfter }: Omit<Unavailable, 'outcome'>, cause?: unknown) {
    const code = CODES[status];
    super(code ?? 'UNAVAILABLE', {
      status: code === undefined ? BAD_GATEWAY : status,
      message: `the upstream ${upstream} cannot give the content now`,
      detail: { upstream, status },
      headers: retryAfter === undefined ? {} : { 'Retry-After': String(Math.ceil(retryAfter)) },
      cause,
    });
    this.name = 'UpstreamUnavailable';
  }
}
