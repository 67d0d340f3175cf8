import type { CredentialBackend } from '../plugin/credential-backend.js';

/** Where the backends that plugins contribute come together; the server asks them after LDAP and before htpasswd. */
export abstract class CredentialBackends {
  abstract add(plugin: string, backend: CredentialBackend): void;
}
