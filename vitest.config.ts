import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { AvailabilityReporter } from './test/requirements/availability-reporter.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Workspaces are read from their sources, so that a test sees an edit without a build. */
const conditions = ['berth-source'];

const never = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  resolve: {
    conditions: [...conditions, 'module', 'node', 'development|production'],
    alias: {
      'berth/testing': at('src/bootstrap.ts'),
      '@berth/testkit': at('test/kit/index.ts'),
      // As Node takes it. Vite would take its copy for bundlers, and the libraries over it, which Node loads, have the other.
      graphql: at('node_modules/graphql/index.js'),
    },
  },
  // The workspaces lie in node_modules only as links; Node itself would load their dist and make a second copy of
  // every injection token.
  // Without `module`, which is for bundlers: Node goes by other files of a package.
  ssr: { resolve: { conditions: [...conditions, 'node', 'development|production'] } },
  // Nest injects by the type of a constructor's parameter, which only legacy decorators with metadata record.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    reporters: ['default', new AvailabilityReporter()],
    pool: 'forks',
    maxWorkers: 2,
    // The application is imported once for all files, which is half of the time. What a file changes it changes back.
    isolate: false,
    server: { deps: { inline: [/^@berth\//] } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'src/**/*.spec.ts',
            'test/kit/**/*.spec.ts',
            'test/requirements/**/*.spec.ts',
            'test/bench/**/*.spec.ts',
            'tools/**/*.spec.ts',
            'plugins/**/*.spec.ts',
          ],
          exclude: never,
        },
      },
      {
        extends: true,
        test: {
          name: 'spec',
          include: ['test/spec/**/*.spec.ts', 'test/plugins/**/*.spec.ts'],
          exclude: never,
        },
      },
      {
        extends: true,
        // Each driver and dialect against what is asked of all of them, every interleaving of what may race among it.
        test: { name: 'contracts', include: ['test/contracts/**/*.spec.ts'], exclude: never, testTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: 'architecture',
          include: ['test/architecture/**/*.spec.ts'],
          exclude: never,
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: { name: 'durability', include: ['test/durability/**/*.spec.ts'], exclude: never, testTimeout: 60_000 },
      },
      {
        extends: true,
        test: { name: 'properties', include: ['test/properties/**/*.spec.ts'], exclude: never, testTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.spec.ts'],
          exclude: never,
          // Each of these starts servers and clients that want both cores: after all the others, one file at a time.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
