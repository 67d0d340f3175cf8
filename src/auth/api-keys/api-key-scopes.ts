import { type AccessGrant, type Action, ACTIONS, parseRepositoryGlob } from '@berth/sdk';

/** What a scope may look like, for whoever wrote one that is wrong. */
export const SCOPE_FORM = `a pattern over repositories, such as "team/**", with or without actions: "team/**:read,create"`;

/** The grant that a scope of an API key stands for: `<pattern>` for every action, `<pattern>:<action>,<action>` for some. */
export function parseApiKeyScope(scope: string): AccessGrant | undefined {
  const colon = scope.lastIndexOf(':');
  const [repositories, words] =
    colon < 0 ? [scope, ACTIONS] : [scope.slice(0, colon), scope.slice(colon + 1).split(',')];
  const actions = words.filter((word): word is Action => ACTIONS.some((action) => action === word));
  const isValid = repositories !== '' && parseRepositoryGlob(repositories) && actions.length === words.length;
  return isValid ? { repositories, actions } : undefined;
}
