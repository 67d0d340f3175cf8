import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './repository-files.js';

/** The files every planted import may lead to. The path of each is the law's business, its content nobody's. */
const INNOCENT_FILES = [
  'src/app.module.ts',
  'src/bootstrap.ts',
  'src/auth/access-policy.ts',
  'src/config/registry.config.ts',
  'src/content/blobs/blob.service.ts',
  'src/content/garbage-collection/garbage-collection.config.ts',
  'src/distribution/blobs.controller.ts',
  'src/health/health.controller.ts',
  'src/http/request-context.ts',
  'src/jobs/job-scheduler.ts',
  'src/logging/registry-logger.ts',
  'src/metadata/dialects/sqlite/sqlite.database.ts',
  'src/metadata/leases.ts',
  'src/metering/in-memory-meter.ts',
  'src/plugin-host/hook-runner.ts',
  'src/sdk/errors/error-codes.ts',
  'src/sdk/index.ts',
  'src/sdk/oci/digest.ts',
  'src/storage/blob-storage.ts',
  'src/storage/filesystem/filesystem.storage.ts',
  'plugins/lint/src/index.ts',
  'plugins/sync/src/index.ts',
  'plugins/sync/src/upstream.ts',
  'test/kit/index.ts',
  'test/kit/create-test-registry.ts',
];

const INNOCENT_PACKAGES = [
  '@aws-sdk/client-s3',
  '@fastify/static',
  '@nestjs/common',
  '@nestjs/platform-fastify',
  '@nestjs/schedule',
  'better-sqlite3',
  'cron',
  'fastify',
  'graphql',
  'jose',
  'kysely',
  'ldapts',
  'passport-http',
  'prom-client',
  'rxjs',
  'vitest',
];

/** A file of the tree and the modules it imports. */
export interface PlantedFile {
  readonly path: string;
  readonly imports: readonly string[];
}

/** A module the tree lacks is planted by whoever needs it; what is left is the project's own configuration. */
const CONFIGURATION = ['.dependency-cruiser.cjs', 'tsconfig.test.json', 'tsconfig.base.json'];

function write(root: string, path: string, content: string): void {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function plant(root: string, files: readonly PlantedFile[]): void {
  for (const path of CONFIGURATION) copyFileSync(join(ROOT, path), join(root, path));
  for (const path of INNOCENT_FILES) write(root, path, 'export const innocent = true;\n');
  for (const name of INNOCENT_PACKAGES) {
    write(root, `node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: './index.js' }));
    write(root, `node_modules/${name}/index.js`, '');
  }
  const packages = INNOCENT_PACKAGES.filter((name) => name !== 'vitest').map((name) => [name, '1.0.0'] as const);
  const manifest = { dependencies: Object.fromEntries(packages), devDependencies: { vitest: '1.0.0' } };
  write(root, 'package.json', JSON.stringify({ name: 'berth', ...manifest, workspaces: ['src/sdk'] }));
  const exports = { '.': { 'berth-source': './index.ts', default: './dist/index.js' } };
  write(root, 'src/sdk/package.json', JSON.stringify({ name: '@berth/sdk', version: '1.0.0', exports }));
  mkdirSync(join(root, 'node_modules/@berth'), { recursive: true });
  symlinkSync('../../src/sdk', join(root, 'node_modules/@berth/sdk'));
  for (const { path, imports } of files) {
    const lines = imports.map((name, index) => `import * as imported${index} from '${name}';\nimported${index};\n`);
    write(root, path, lines.join(''));
  }
}

interface Violation {
  readonly type: string;
  readonly from: string;
  readonly rule: { readonly name: string };
}

/** The names of the rules that each planted file breaks, by its path; a file that breaks none is not in the map. */
export function violationsOf(files: readonly PlantedFile[]): ReadonlyMap<string, readonly string[]> {
  const root = mkdtempSync(join(tmpdir(), 'berth-import-law-'));
  try {
    plant(root, files);
    const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
    const options = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src', 'plugins', 'test'];
    const { stdout, stderr } = spawnSync(process.execPath, [program, ...options], { cwd: root, encoding: 'utf8' });
    if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser printed no JSON: ${stdout}${stderr}`);
    const { summary } = JSON.parse(stdout) as { summary: { violations: readonly Violation[] } };
    const found = new Map<string, string[]>();
    for (const { from, rule } of summary.violations) {
      found.set(from, [...new Set([...(found.get(from) ?? []), rule.name])].sort());
    }
    return found;
  } finally {
    rmSync(root, { recursive: true });
  }
}
