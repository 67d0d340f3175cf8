import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { violationsOf, type PlantedFile } from './planted-tree.js';

/** Each breaks the rule it names and no other. */
const CHEATS: readonly (PlantedFile & { readonly rule: string })[] = [
  { rule: 'law-logging', path: 'src/logging/cheat.ts', imports: ['../metering/in-memory-meter.js'] },
  { rule: 'law-metering', path: 'src/metering/cheat.ts', imports: ['../logging/registry-logger.js'] },
  { rule: 'law-health', path: 'src/health/cheat.ts', imports: ['../metadata/leases.js'] },
  { rule: 'law-storage', path: 'src/storage/cheat.ts', imports: ['../metadata/leases.js'] },
  { rule: 'law-metadata', path: 'src/metadata/cheat.ts', imports: ['../storage/blob-storage.js'] },
  { rule: 'law-http', path: 'src/http/cheat.ts', imports: ['../content/blobs/blob.service.js'] },
  { rule: 'law-jobs', path: 'src/jobs/cheat.ts', imports: ['../http/request-context.js'] },
  { rule: 'law-jobs', path: 'src/jobs/dialect-cheat.ts', imports: ['../metadata/dialects/sqlite/sqlite.database.js'] },
  { rule: 'law-auth', path: 'src/auth/cheat.ts', imports: ['../content/blobs/blob.service.js'] },
  { rule: 'law-plugin-host', path: 'src/plugin-host/cheat.ts', imports: ['../content/blobs/blob.service.js'] },
  { rule: 'law-content', path: 'src/content/cheat.ts', imports: ['../http/request-context.js'] },
  { rule: 'law-content', path: 'src/content/driver.ts', imports: ['../storage/filesystem/filesystem.storage.js'] },
  { rule: 'law-content', path: 'src/content/dialect.ts', imports: ['../metadata/dialects/sqlite/sqlite.database.js'] },
  { rule: 'law-distribution', path: 'src/distribution/cheat.ts', imports: ['../storage/blob-storage.js'] },
  { rule: 'law-distribution', path: 'src/distribution/facts-cheat.ts', imports: ['../metadata/leases.js'] },
  { rule: 'law-config', path: 'src/config/cheat.ts', imports: ['../content/blobs/blob.service.js'] },
  { rule: 'sdk-oci-imports-nothing', path: 'src/sdk/oci/cheat.ts', imports: ['../errors/error-codes.js'] },
  { rule: 'sdk-oci-imports-nothing', path: 'src/sdk/oci/node-cheat.ts', imports: ['node:crypto'] },
  { rule: 'sdk-imports-no-core', path: 'src/sdk/ports/cheat.ts', imports: ['../../logging/registry-logger.js'] },
  { rule: 'sdk-has-four-peers', path: 'src/sdk/ports/peer-cheat.ts', imports: ['rxjs'] },
  { rule: 'sdk-by-its-name', path: 'src/content/sdk-cheat.ts', imports: ['../sdk/index.js'] },
  { rule: 'core-never-imports-a-plugin', path: 'src/plugin-cheat.ts', imports: ['../plugins/lint/src/index.js'] },
  { rule: 'plugin-never-imports-core', path: 'plugins/lint/src/cheat.ts', imports: ['../../../src/app.module.js'] },
  { rule: 'plugin-never-imports-another', path: 'plugins/lint/src/other.ts', imports: ['../../sync/src/index.js'] },
  { rule: 'only-specs-import-the-kit', path: 'src/content/kit-cheat.ts', imports: ['../../test/kit/index.js'] },
  { rule: 'kit-sees-the-published', path: 'test/kit/cheat.ts', imports: ['../../src/app.module.js'] },
  {
    rule: 'plugin-specs-test-through-the-kit',
    path: 'plugins/lint/src/cheat.spec.ts',
    imports: ['../../../test/kit/create-test-registry.js'],
  },
  { rule: 'vendor-fastify', path: 'src/distribution/reply-cheat.ts', imports: ['fastify'] },
  { rule: 'vendor-fastify', path: 'src/distribution/adapter-cheat.ts', imports: ['@nestjs/platform-fastify'] },
  { rule: 'vendor-fastify', path: 'plugins/sync/src/static-cheat.ts', imports: ['@fastify/static'] },
  { rule: 'vendor-cron', path: 'src/content/cron-cheat.ts', imports: ['cron'] },
  { rule: 'vendor-cron', path: 'src/content/schedule-cheat.ts', imports: ['@nestjs/schedule'] },
  { rule: 'vendor-passport', path: 'src/http/passport-cheat.ts', imports: ['passport-http'] },
  { rule: 'vendor-passport', path: 'src/http/ldap-cheat.ts', imports: ['ldapts'] },
  { rule: 'vendor-jose', path: 'src/auth/strategies/jose-cheat.ts', imports: ['jose'] },
  { rule: 'vendor-kysely', path: 'src/content/kysely-cheat.ts', imports: ['kysely'] },
  { rule: 'vendor-kysely', path: 'src/jobs/sqlite-cheat.ts', imports: ['better-sqlite3'] },
  { rule: 'vendor-s3', path: 'src/storage/filesystem/s3-cheat.ts', imports: ['@aws-sdk/client-s3'] },
  { rule: 'vendor-prometheus', path: 'src/metering/prometheus-cheat.ts', imports: ['prom-client'] },
  { rule: 'vendor-graphql', path: 'plugins/sync/src/graphql-cheat.ts', imports: ['graphql'] },
  { rule: 'no-cycles', path: 'src/content/itself-cheat.ts', imports: ['./itself-cheat.js'] },
  { rule: 'no-barrels', path: 'src/barrel-cheat.ts', imports: ['./content/index.js'] },
  { rule: 'resolvable', path: 'src/content/nowhere-cheat.ts', imports: ['./no-such-file.js'] },
  { rule: 'no-development-packages-in-the-server', path: 'src/content/development-cheat.ts', imports: ['vitest'] },
];

/** What the law allows, though it lies near what it forbids. */
const INNOCENT: readonly PlantedFile[] = [
  { path: 'src/content/index.ts', imports: [] },
  { path: 'src/content/fine.ts', imports: ['@berth/sdk', '../storage/blob-storage.js', '../metadata/leases.js'] },
  { path: 'src/content/fine.spec.ts', imports: ['vitest', '../storage/filesystem/filesystem.storage.js'] },
  { path: 'src/content/kit.spec.ts', imports: ['../../test/kit/index.js'] },
  { path: 'src/distribution/fine.ts', imports: ['../content/blobs/blob.service.js', '../auth/access-policy.js'] },
  { path: 'src/config/fine.ts', imports: ['../content/garbage-collection/garbage-collection.config.js'] },
  { path: 'src/jobs/fine.ts', imports: ['cron', '@nestjs/schedule', '../metadata/leases.js'] },
  { path: 'src/auth/tokens/fine.ts', imports: ['jose'] },
  { path: 'src/http/fine.ts', imports: ['fastify', '@nestjs/platform-fastify', 'rxjs'] },
  { path: 'src/metadata/fine.ts', imports: ['kysely', 'better-sqlite3', './dialects/sqlite/sqlite.database.js'] },
  { path: 'src/storage/s3/fine.ts', imports: ['@aws-sdk/client-s3'] },
  { path: 'src/sdk/oci/fine.ts', imports: ['./digest.js'] },
  { path: 'src/sdk/ports/fine.ts', imports: ['node:stream', '@nestjs/common', '../oci/digest.js'] },
  { path: 'src/sdk/ports/plugin-database.ts', imports: ['kysely'] },
  { path: 'plugins/sync/src/fine.ts', imports: ['@berth/sdk', './upstream.js', 'rxjs'] },
  { path: 'plugins/metrics/src/fine.ts', imports: ['prom-client'] },
  { path: 'test/kit/fine.ts', imports: ['@berth/sdk', 'berth/testing', './create-test-registry.js'] },
  { path: 'test/e2e/fine.spec.ts', imports: ['../../src/content/blobs/blob.service.js', '../kit/index.js'] },
];

describe('the import law', () => {
  let violations: ReadonlyMap<string, readonly string[]>;

  beforeAll(() => {
    violations = violationsOf([...CHEATS, ...INNOCENT]);
  });

  it.each(CHEATS)('$rule catches $path', ({ rule, path }) => {
    expect(violations.get(path)).toEqual([rule]);
  });

  it.each(INNOCENT)('lets $path be', ({ path }) => {
    expect(violations.get(path)).toBeUndefined();
  });

  it('has a cheat planted against each of its rules', () => {
    const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
      forbidden: readonly { name: string }[];
    };
    const rules = forbidden.map((rule) => rule.name);
    expect([...new Set(CHEATS.map((cheat) => cheat.rule))].sort()).toEqual([...rules].sort());
  });
});
