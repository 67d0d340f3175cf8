import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { resolve as resolveModule } from 'import-meta-resolve';
import { SHARED_PACKAGES } from '../plugin-host/shared-packages.js';

type Vite = typeof import('vite');

export interface BundleFiles {
  /** Built JavaScript. */
  readonly entry: string;
  /** The one file that is written; its map lies beside it. */
  readonly file: string;
}

/**
 * Bundles a plugin and what it depends on with the Vite of the plugin itself, which its tests bring along.
 *
 * @throws Error where it has none, or something cannot be resolved
 */
export async function bundlePlugin(root: string, { entry, file }: BundleFiles): Promise<void> {
  const { build } = await viteOf(root);
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    // What Node has and what the server gives stays an import; everything else comes in.
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: entry,
      outDir: dirname(file),
      emptyOutDir: false,
      copyPublicDir: false,
      minify: false,
      sourcemap: true,
      target: 'es2024',
      rolldownOptions: {
        external: SHARED_PACKAGES,
        output: { format: 'es', entryFileNames: basename(file), codeSplitting: false },
        onLog: (_level, log) => {
          if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
        },
      },
    },
  });
}

async function viteOf(root: string): Promise<Vite> {
  try {
    return (await import(resolveModule('vite', pathToFileURL(join(root, 'package.json')).href))) as Vite;
  } catch (cause) {
    throw new Error(`vite is not installed in ${root}: npm ci`, { cause });
  }
}
