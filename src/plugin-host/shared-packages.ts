import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

/** What a plugin gets from the server, wherever its folder lies: two copies of these would be two sets of injection tokens. */
export const SHARED_PACKAGES =
  /^(@berth\/sdk|@nestjs\/(common|core)|class-validator|class-transformer|reflect-metadata|rxjs|kysely)(\/|$)/;

const roots = new Set<string>();

/** True where this Node can do it: `module.registerHooks` came with 22.15. */
export const CAN_SHARE_PACKAGES = typeof registerHooks === 'function';

/** From now on, modules below the folder `root` get the server's own copies of the shared packages. */
export function sharePackagesWith(root: string): void {
  if (!CAN_SHARE_PACKAGES) return;
  if (roots.size === 0) installHooks();
  roots.add(`${pathToFileURL(root).href}/`);
}

function installHooks(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const isShared = SHARED_PACKAGES.test(specifier) && isBelowARoot(context.parentURL);
      return nextResolve(specifier, isShared ? { ...context, parentURL: import.meta.url } : context);
    },
  });
}

function isBelowARoot(parent: string | undefined): boolean {
  if (parent === undefined) return false;
  for (const root of roots) if (parent.startsWith(root)) return true;
  return false;
}
