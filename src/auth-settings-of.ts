import type { AuthSettings } from './auth/auth-settings.js';
import type { RegistryConfig } from './config/registry.config.js';

/**
 * What the configuration says of authentication and access, wherever it says it. `tls`: what the listener was opened with, which decides
 * whether clients are asked for certificates.
 */
export function authSettingsOf(
  { auth, accessControl, realm }: RegistryConfig['http'],
  tls: RegistryConfig['http']['tls'],
): AuthSettings {
  return { auth, accessControl, realm, certificates: tls?.cacert !== undefined };
}
