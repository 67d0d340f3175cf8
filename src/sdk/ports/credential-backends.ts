import type { CredentialBackend } from '../plugin/credential-backend.js';

/**
 * Where the backends that plugins contribute come together; the server asks them after LDAP and before htpasswd. Between two parts of the
 * host, and not for plugins: theirs stand in their definition.
 */
export abstract class CredentialBackends {
  abstract add(plugin: string, backend: CredentialBackend): void;
}
