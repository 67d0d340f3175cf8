import type { Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { describeValue } from './describe-value.js';
import { withKnownStores } from './is-store.js';
import { nearestName } from './nearest-name.js';
import { isSection, type Section } from './section.js';

/** One value that does not fit: where (`rules[2].name`), what stands there, and what may. */
export interface SectionViolation {
  readonly key: string;
  readonly found: string;
  readonly allowed: string;
}

export interface ValidatedSection<Config> {
  readonly config: Config;
  readonly violations: readonly SectionViolation[];
}

export interface ValidateOptions {
  /** Stands before each key; ends in a dot, or is empty. */
  readonly prefix?: string;
  /** True: a property without a rule of class-validator is a violation. */
  readonly refuseUnknown?: boolean;
  /** The stores there are, for `@IsStore()`; absent: they are not known, and any name of one will do. */
  readonly stores?: readonly string[] | undefined;
}

/** `section` as an instance of `type`, whose rules say what may stand in it, and all that breaks one of them. */
export function validateSection<Config extends object>(
  type: Type<Config>,
  section: Section,
  { prefix = '', refuseUnknown = false, stores }: ValidateOptions = {},
): ValidatedSection<Config> {
  const config = plainToInstance(type, section);
  const errors = withKnownStores(stores, () =>
    validateSync(config, {
      forbidUnknownValues: true,
      whitelist: refuseUnknown,
      forbidNonWhitelisted: refuseUnknown,
    }),
  );
  return { config, violations: errors.flatMap((error) => violationsOf(error, section, { prefix })) };
}

interface Place {
  /** Stands before each key; ends in a dot, or is empty. */
  readonly prefix: string;
  /** The `name` of the entry of a list that it is in: whoever wrote it knows it by that. */
  readonly entry?: string | undefined;
}

function violationsOf(error: ValidationError, written: unknown, { prefix, entry }: Place): SectionViolation[] {
  const { property, children = [], constraints = {} } = error;
  const isEntry = Array.isArray(written);
  const key =
    isEntry || error.target instanceof Map ? `${prefix.slice(0, -1)}[${nameInBrackets(error)}]` : prefix + property;
  const value = isSection(written) || isEntry ? (written as Section)[property] : undefined;
  const place = { prefix: `${key}.`, entry: (isEntry ? nameOf(value) : undefined) ?? entry };
  const inside = children.flatMap((child) => violationsOf(child, value, place));
  const where = place.entry === undefined ? '' : `, in ${JSON.stringify(place.entry)}`;
  if (constraints['whitelistValidation'] !== undefined) {
    return [{ key, found: `an unknown key${where}`, allowed: knownKeys(error) }, ...inside];
  }
  const wishes = Object.values(constraints).map((message) => withoutSubject(message, property));
  if (wishes.length === 0) return inside;
  // Whoever writes a secret where its source belongs must not find it in a log.
  const found = constraints['isSecret'] === undefined ? describeValue(value) : 'something else';
  return [{ key, found: found + where, allowed: [...new Set(wishes)].join(', and ') }, ...inside];
}

/** A number in a list; what a user has named is quoted, since it may hold dots. */
function nameInBrackets({ target, property }: ValidationError): string {
  return target instanceof Map ? JSON.stringify(property) : property;
}

/** "port must be a port" says in a table whose first column is the key no more than "a port". */
function withoutSubject(message: string, property: string): string {
  const subject = `${property} must be `;
  return message.startsWith(subject) ? message.slice(subject.length) : message;
}

function nameOf(value: unknown): string | undefined {
  return isSection(value) && typeof value['name'] === 'string' ? value['name'] : undefined;
}

/** All of them, and the one that was probably meant. */
function knownKeys({ target, property }: ValidationError): string {
  const known = propertiesOf(target);
  const nearest = nearestName(property, known);
  return `one of ${known.join(', ')}${nearest === undefined ? '' : `; the nearest is ${JSON.stringify(nearest)}`}`;
}

/** The properties of an instance that have a rule. */
function propertiesOf(target: object | undefined): readonly string[] {
  if (!target) return [];
  const rules = getMetadataStorage().getTargetValidationMetadatas(target.constructor, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))].sort();
}
