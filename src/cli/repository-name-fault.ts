import { REPOSITORY_NAME_MAX_LENGTH } from '@berth/sdk';

const FAULTS: readonly (readonly [pattern: RegExp, fault: string])[] = [
  [/^$/, 'it is empty'],
  [/%/, 'it holds a "%", and is taken as it is written, never decoded'],
  [/(^|\/)\.\.?(\/|$)/, 'it holds a part "." or "..", which is none of a name'],
  [/\/\//, 'it holds two slashes together'],
  [/^\/|\/$/, 'it begins or ends with a slash'],
  [/[A-Z]/, 'it holds upper-case letters'],
  [/[^a-z0-9._/-]/, 'it holds what is neither a lower-case letter, a digit, nor one of ". _ - /"'],
];

/** What is wrong with a text that is no repository name, for a person. */
export function faultOfRepositoryName(text: string): string {
  const known = FAULTS.find(([pattern]) => pattern.test(text));
  if (known) return known[1];
  if (text.length > REPOSITORY_NAME_MAX_LENGTH) return `it is longer than ${REPOSITORY_NAME_MAX_LENGTH} characters`;
  return 'each part begins and ends with a letter or a digit, and ".", "_" and "__" stand alone between them';
}
