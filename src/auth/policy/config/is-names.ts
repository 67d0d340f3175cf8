import { IsListOf } from './is-list-of.js';

/** A list of users or of groups. An empty name would be that of nobody, whom `anonymousPolicy` is for. */
export function IsNames(what: 'users' | 'groups'): PropertyDecorator {
  return IsListOf(`a list of names of ${what}, none of them empty`, (text) => text !== '', { mayBeEmpty: true });
}
