import type { AuthConfig } from './auth.config.js';
import type { AccessControlConfig } from './policy/access-control.config.js';

/** What the configuration says of authentication and access, wherever it says it. */
export interface AuthSettings {
  readonly auth: AuthConfig | undefined;
  readonly accessControl: AccessControlConfig | undefined;
  /** What a request for a user and a password calls the place. */
  readonly realm: string;
  /** True where clients are asked for certificates, which then name users. */
  readonly certificates: boolean;
  /** True where a plugin contributes a backend; for those who tell of it, since the regime sees for itself. */
  readonly hasContributed?: boolean;
}
