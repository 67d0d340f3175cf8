import type { Clock, HealthProbe, Meter } from '@berth/sdk';
import type { RegistryLogger } from '../../logging/registry-logger.js';
import type { AuthConfig } from '../auth.config.js';
import type { NamedBackend } from '../credentials/credential-chain.js';

export interface BackendParts {
  readonly logger: RegistryLogger;
  readonly meter: Meter;
  readonly clock: Clock;
  /** Called where what a backend said before may not hold any more. */
  readonly onChange: () => void;
}

/** The backends of a configuration, opened. */
export interface OpenBackends {
  /** In the order in which they are asked. */
  readonly asked: readonly NamedBackend[];
  readonly probes: readonly HealthProbe[];
  close(): Promise<void>;
}

interface Opened {
  readonly backends: readonly NamedBackend[];
  readonly probes?: readonly HealthProbe[];
  close(): Promise<void>;
}

/** LDAP first, then `contributed` (those of plugins), then htpasswd. What is not configured is not imported. */
export async function openBackends(
  auth: AuthConfig,
  contributed: readonly NamedBackend[],
  parts: BackendParts,
): Promise<OpenBackends> {
  const first = auth.ldap ? await openLdap(auth.ldap, parts) : NOTHING;
  const last = auth.htpasswd ? await openHtpasswd(auth.htpasswd, parts) : NOTHING;
  return {
    asked: [...first.backends, ...contributed, ...last.backends],
    probes: first.probes ?? [],
    close: async () => {
      await Promise.all([first.close(), last.close()]);
    },
  };
}

const NOTHING: Opened = { backends: [], close: () => Promise.resolve() };

async function openLdap(config: NonNullable<AuthConfig['ldap']>, parts: BackendParts): Promise<Opened> {
  const { LdapBackend } = await import('./ldap/ldap.backend.js');
  const backend = await LdapBackend.open(config, parts);
  return { backends: [{ name: 'ldap', backend }], probes: [backend.probe], close: async () => backend.close() };
}

async function openHtpasswd(config: NonNullable<AuthConfig['htpasswd']>, parts: BackendParts): Promise<Opened> {
  const { HtpasswdBackend } = await import('./htpasswd/htpasswd.backend.js');
  const { PasswordHashing } = await import('../hashing/password-hashing.js');
  const hashing = new PasswordHashing();
  const backend = await HtpasswdBackend.open(config, { ...parts, hashing });
  const close = async (): Promise<void> => {
    backend.close();
    await hashing.close();
  };
  return { backends: [{ name: 'htpasswd', backend }], close };
}
