import type { Action } from '../oci/endpoint.js';
import { RegistryError } from './registry-error.js';

/** What somebody wanted to do and may not. */
export interface Denial {
  readonly action?: Action;
  readonly repository?: string;
  /** `<plugin>.<permission>`. */
  readonly permission?: string;
  /** Which rule decided it: for the audit, never for the client. */
  readonly rule: string;
  /** What the rule has to say to the client. */
  readonly reason?: string | undefined;
}

/** Somebody may not do what they want. Who is not known is answered with 401 and asked who they are. spec.md#error-codes */
export class AccessDeniedError extends RegistryError {
  readonly denial: Denial;

  constructor(denial: Denial) {
    const { rule: _, ...detail } = denial;
    super('DENIED', { detail });
    this.name = 'AccessDeniedError';
    this.denial = denial;
  }
}
