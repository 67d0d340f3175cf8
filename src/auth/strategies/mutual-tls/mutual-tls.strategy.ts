import { Strategy } from 'passport';
import type { X509Certificate } from 'node:crypto';
import { clientCertificateOf } from '../../../http/tls/client-certificates.js';
import type { StrategyActions, StrategyRequest } from '../strategy-request.js';

/** A certificate that the listener has verified, whose holder a rule names. */
export class MutualTlsStrategy extends Strategy {
  constructor(private readonly userOf: (certificate: X509Certificate) => string | undefined) {
    super();
  }

  override authenticate(request: unknown): void {
    const certificate = clientCertificateOf((request as StrategyRequest).http);
    const actions = this as unknown as StrategyActions;
    const user = certificate && this.userOf(certificate);
    if (user !== undefined) actions.success(Object.freeze({ user, groups: Object.freeze([]), method: 'mtls' }));
    else actions.fail(certificate ? 'the certificate names nobody' : 'no certificate');
  }
}
