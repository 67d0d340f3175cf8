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
  return validateSection(RegistryConfig, values);
}
