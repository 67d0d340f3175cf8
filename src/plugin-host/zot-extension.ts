import type { Extension } from './extension.js';

/** Where zot has what it adds to the API. */
const ZOT_PATH = /^\/v2\/_zot\//;

/** zot lists all that it adds under this name, and its clients look for their endpoints there and nowhere else. */
export function zotExtension(extensions: readonly Extension[]): Extension[] {
  const [first] = extensions.filter((extension) => claimedBy(extension).length > 0);
  if (!first) return [];
  const endpoints = extensions.flatMap(claimedBy);
  return [{ ...first, name: '_zot', description: 'what zot has under these paths', endpoints, panels: [] }];
}

/** Those of a plugin that has failed answer 503, which no client takes for the extension. */
function claimedBy({ endpoints, state }: Extension): readonly string[] {
  return state === 'enabled' ? endpoints.filter((endpoint) => ZOT_PATH.test(endpoint)) : [];
}
