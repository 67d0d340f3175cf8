declare const repositoryNameBrand: unique symbol;

/** The `<name>` of the distribution spec, checked. */
export type RepositoryName = string & { readonly [repositoryNameBrand]: never };

/** Host, slash and name together should fit in 255 characters (spec.md#pulling-manifests), so a name never exceeds it. */
export const REPOSITORY_NAME_MAX_LENGTH = 255;

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const REPOSITORY_NAME = new RegExp(`^${component}(?:/${component})*$`);

/** `text` as a repository name, or `undefined` where it is not of the grammar or is too long. */
export function parseRepositoryName(text: string): RepositoryName | undefined {
  if (text.length > REPOSITORY_NAME_MAX_LENGTH || !REPOSITORY_NAME.test(text)) return undefined;
  return text as RepositoryName;
}
