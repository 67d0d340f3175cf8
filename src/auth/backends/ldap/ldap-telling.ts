import type { Counter, CredentialResult, Gauge, Meter } from '@berth/sdk';
import type { RegistryLogger } from '../../../logging/registry-logger.js';
import { dangerOf, type LdapEndpoint } from './ldap-endpoint.js';
import type { LdapServer } from './ldap-server.js';

/** What of LDAP is seen in the log and in the metrics. */
export class LdapTelling {
  readonly #open: Gauge;
  readonly #logins: Counter;

  constructor(
    private readonly logger: RegistryLogger,
    meter: Meter,
  ) {
    this.#open = meter.gauge({
      name: 'berth_auth_ldap_breaker_open',
      help: '1 while an LDAP server failed so often that logins are not sent to it.',
    });
    this.#logins = meter.counter({
      name: 'berth_auth_ldap_logins_total',
      help: 'Logins that LDAP was asked about, by what it said.',
    });
  }

  start(endpoints: readonly LdapEndpoint[], servers: readonly LdapServer[]): void {
    for (const { name } of servers) this.#open.set(0, { server: name });
    for (const endpoint of endpoints) {
      const danger = dangerOf(endpoint);
      if (danger !== undefined) this.logger.warn({ server: endpoint.host }, danger);
    }
  }

  login(outcome: CredentialResult['outcome']): void {
    this.#logins.add({ outcome });
  }

  breaker({ name, openSince }: LdapServer): void {
    this.#open.set(openSince === undefined ? 0 : 1, { server: name });
    if (openSince === undefined) this.logger.info({ server: name }, 'the LDAP server answers again');
    else this.logger.warn({ server: name }, 'the LDAP server fails: logins are not sent to it until it answers again');
  }

  ambiguous(user: string): void {
    this.logger.warn({ user }, 'LDAP has more than one entry for a user: nobody logs in by that name');
  }

  unwatchable(cause: unknown): void {
    this.logger.warn({ err: cause }, 'the folder of a file of LDAP cannot be watched: a change is seen a second later');
  }

  unusable(cause: unknown): void {
    this.logger.error({ err: cause }, 'a file of LDAP has changed and cannot be used: what was read last counts');
  }

  reloaded(): void {
    this.logger.info('the service account or the certificates of LDAP were read again');
  }
}
