import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import type { Violation } from './config-error.js';
import { describeValue } from './describe-value.js';
import { RegistryConfig } from './registry.config.js';
import { isSection, type Section } from './section.js';

/** What a look at the values of a file gives. */
export interface CheckedValues {
  readonly config: RegistryConfig;
  readonly violations: readonly Omit<Violation, 'file'>[];
}

/** Turns `values`, whose keys are known ones, into the typed configuration, and reports every value that does not fit. */
export function checkValues(values: Section): CheckedValues {
  const config = plainToInstance(RegistryConfig, values);
  const errors = validateSync(config, { forbidUnknownValues: true });
  return { config, violations: errors.flatMap((error) => violationsOf(error, values, '')) };
}

function violationsOf(error: ValidationError, written: unknown, prefix: string): Omit<Violation, 'file'>[] {
  const key = prefix + error.property;
  const value = isSection(written) ? written[error.property] : undefined;
  const inside = (error.children ?? []).flatMap((child) => violationsOf(child, value, `${key}.`));
  const wishes = Object.values(error.constraints ?? {}).map((message) => withoutSubject(message, error.property));
  if (wishes.length === 0) return inside;
  return [{ key, found: describeValue(value), allowed: [...new Set(wishes)].join(', and ') }, ...inside];
}

/** "port must be a port" says in a table whose first column is the key no more than "a port". */
function withoutSubject(message: string, property: string): string {
  const subject = `${property} must be `;
  return message.startsWith(subject) ? message.slice(subject.length) : message;
}
