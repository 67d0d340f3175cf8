/** The store below `storage.rootDirectory`, where everything lies that no rule sends elsewhere. */
export const DEFAULT_STORE = 'default';

const STORE_NAME = /^[a-z0-9]+([._-][a-z0-9]+)*$/;

/** Whether `name` may be that of a store. */
export function isStoreName(name: string): boolean {
  return name.length <= 64 && STORE_NAME.test(name);
}
