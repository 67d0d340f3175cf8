import { type Section, validateSection } from '@berth/sdk';
import type { Violation } from './config-error.js';
import { RegistryConfig } from './registry.config.js';

/** What a look at the values of a file gives. */
export interface CheckedValues {
  readonly config: RegistryConfig;
  readonly violations: readonly Omit<Violation, 'file'>[];
}

/** Turns `values`, whose keys are known ones, into the typed configuration, and reports every value that does not fit. */
export function checkValues(values: Section): CheckedValues {
  // The keys of sections are known already; what lies in lists, or below names of the user's own, only its class knows.
  return validateSection(RegistryConfig, values, { refuseUnknown: true });
}
