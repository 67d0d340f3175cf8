/** The library, imported only where tokens are configured. */
export type Jose = typeof import('jose');

export function importJose(): Promise<Jose> {
  return import('jose');
}
