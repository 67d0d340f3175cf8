/**
 * The import law: who may import whom. `npm run check` applies it, and test/architecture/import-law.spec.ts plants a
 * cheat against every rule. Each rule carries its reason as `comment`, which is printed with a violation.
 */

/** Specs may see everything in core; what binds them stands in rules of their own. */
const SPEC = '\\.spec\\.ts$';

/** The folder's own role files, without the drivers and dialects below it. */
const rolesOf = (folder) => `^src/${folder}/[^/]+\\.ts$`;
const all = (folder) => `^src/${folder}/`;
const SDK = all('sdk');
const vendor = (...names) => `(^|/)node_modules/(${names.join('|')})(/|$)`;

/** A layer: files of `folder` import from core only their own folder and `allowed`. */
const layer = (folder, allowed, comment) => ({
  name: `law-${folder}`,
  severity: 'error',
  comment,
  from: { path: all(folder), pathNot: SPEC },
  to: { path: '^src/', pathNot: [all(folder), ...allowed] },
});

/** One vendor, one folder: what matches `names` is imported only from `homes`. */
const oneFolder = (name, names, homes, comment) => ({
  name: `vendor-${name}`,
  severity: 'error',
  comment,
  from: { path: '^(src|plugins)/', pathNot: [SPEC, ...homes] },
  to: { path: vendor(...names) },
});

const layers = [
  layer('logging', [SDK], 'Everyone logs, so logging stands at the bottom and knows nobody but the SDK.'),
  layer('metering', [SDK], 'Everyone counts, so metering stands at the bottom and knows nobody but the SDK.'),
  layer('health', [SDK], 'Probes are contributed under an SDK type; health asks them and knows none by name.'),
  layer('storage', [SDK, all('logging')], 'Bytes know neither facts nor HTTP: a driver is replaced without either.'),
  layer('metadata', [SDK, all('logging')], 'Facts know neither bytes nor HTTP: a dialect is replaced without either.'),
  layer(
    'http',
    [SDK, all('logging')],
    'The edge turns sockets into requests; what a registry does is no matter of it.',
  ),
  layer(
    'jobs',
    [SDK, all('logging'), rolesOf('metadata')],
    'A job holds a lease, which is a row; more of the facts is not its business.',
  ),
  layer(
    'auth',
    [SDK, all('logging'), rolesOf('metadata'), all('http')],
    'The guard reads the request and facts; it decides before content is asked, so it must not ask content.',
  ),
  layer(
    'plugin-host',
    [SDK, all('logging'), all('jobs'), all('health'), rolesOf('metadata'), all('http')],
    'The host offers ports whose provider app.module hands it; importing content would close a circle.',
  ),
  layer(
    'content',
    [SDK, all('logging'), rolesOf('storage'), rolesOf('metadata'), all('plugin-host'), all('jobs')],
    'The rules of a registry speak to roles, never to a driver or a dialect, and know no HTTP.',
  ),
  layer(
    'distribution',
    [SDK, all('content'), all('plugin-host'), all('auth'), all('http')],
    'A controller translates HTTP to content. One that reads rows or files itself decides what content must decide.',
  ),
  {
    name: 'law-config',
    severity: 'error',
    comment: 'The configuration is the sum of every *.config.ts; more of a feature would load it before it is enabled.',
    from: { path: all('config'), pathNot: SPEC },
    to: { path: '^src/', pathNot: [all('config'), SDK, '^src/.+\\.config\\.ts$'] },
  },
];

const sdk = [
  {
    name: 'sdk-oci-imports-nothing',
    severity: 'error',
    comment: "The specs' vocabulary is pure: not even Node, let alone our errors.",
    from: { path: '^src/sdk/oci/', pathNot: SPEC },
    to: { pathNot: '^src/sdk/oci/' },
  },
  {
    name: 'sdk-imports-no-core',
    severity: 'error',
    comment: 'The SDK is published on its own; core is not there when a plugin is compiled against it.',
    from: { path: SDK, pathNot: SPEC },
    to: { path: '^(src|plugins|test)/', pathNot: SDK },
  },
  {
    name: 'sdk-has-four-peers',
    severity: 'error',
    comment: 'Each package the SDK imports binds every plugin. Kysely is what the plugin-database port hands out.',
    from: { path: SDK, pathNot: [SPEC, '^src/sdk/(ports|testing)/(fake-)?plugin-database\\.ts$'] },
    to: {
      path: '(^|/)node_modules/',
      pathNot: vendor('@nestjs/common', 'class-validator', 'class-transformer', 'reflect-metadata'),
    },
  },
  {
    name: 'sdk-by-its-name',
    severity: 'error',
    comment: 'A relative import of the SDK makes a second copy of every injection token. Say @berth/sdk.',
    from: { path: '^(src|plugins|test/kit)/', pathNot: SDK },
    to: { path: SDK, dependencyTypes: ['local'], dependencyTypesNot: ['aliased'] },
  },
];

const walls = [
  {
    name: 'core-never-imports-a-plugin',
    severity: 'error',
    comment: 'Core states facts and plugins listen. The configuration names plugins; no import does.',
    from: { path: '^src/' },
    to: { path: '^plugins/' },
  },
  {
    name: 'plugin-never-imports-core',
    severity: 'error',
    comment: 'A bundled plugin gets what an outside one gets: the SDK, else the SDK is not enough.',
    from: { path: '^plugins/' },
    to: { path: '^src/', pathNot: SDK },
  },
  {
    name: 'plugin-never-imports-another',
    severity: 'error',
    comment: 'Each plugin is enabled on its own.',
    from: { path: '^plugins/([^/]+)/' },
    to: { path: '^plugins/', pathNot: '^plugins/$1/' },
  },
  {
    name: 'only-specs-import-the-kit',
    severity: 'error',
    comment: 'The kit is for tests: it drags vitest in, and it is no dependency of the server.',
    from: { path: '^(src|plugins)/', pathNot: [SPEC, '^plugins/[^/]+/test/'] },
    to: { path: '^test/' },
  },
  {
    name: 'kit-sees-the-published',
    severity: 'error',
    comment: 'The kit is published: it has the SDK and its peer `berth/testing`, which is src/bootstrap.ts.',
    from: { path: '^test/kit/', pathNot: SPEC },
    to: { path: '^(src|plugins|test)/', pathNot: ['^test/kit/', SDK, '^src/bootstrap\\.ts$'] },
  },
  {
    name: 'plugin-specs-test-through-the-kit',
    severity: 'error',
    comment: 'A plugin outside this repository has only the published kit to test with.',
    from: { path: '^plugins/' },
    to: { path: '^test/', pathNot: '^test/kit/index\\.ts$' },
  },
];

const vendors = [
  oneFolder(
    'fastify',
    ['fastify', '@fastify/[^/]+', '@nestjs/platform-fastify'],
    [all('http')],
    'Fastify lives in http.',
  ),
  oneFolder('cron', ['cron', '@nestjs/schedule'], [all('jobs')], 'Its timers ignore a running job; jobs sees to it.'),
  oneFolder(
    'passport',
    ['passport[^/]*', '@nestjs/passport', 'ldapts', 'bcrypt'],
    [all('auth')],
    'How somebody proves who he is is known to auth alone.',
  ),
  oneFolder('jose', ['jose'], [all('auth/tokens')], 'Whether a token is genuine is decided in one place.'),
  oneFolder(
    'kysely',
    ['kysely', 'better-sqlite3', 'pg'],
    [
      all('metadata'),
      '^src/sdk/(ports|testing)/(fake-)?plugin-database\\.ts$',
      '^src/plugin-host/plugin-database\\.ts$',
      '^plugins/search/',
    ],
    'SQL is written where the facts are kept, and in the database that a plugin has for itself.',
  ),
  oneFolder(
    's3',
    ['@aws-sdk/[^/]+', '@smithy/[^/]+'],
    [all('storage/s3'), '^plugins/sync/src/credentials/ecr\\.credentials\\.ts$'],
    'Who does not use S3 or ECR must not load its client.',
  ),
  oneFolder(
    'prometheus',
    ['prom-client'],
    ['^plugins/metrics/'],
    'Core counts through Meter; rendering is the plugin.',
  ),
  oneFolder(
    'graphql',
    ['graphql', 'mercurius', '@nestjs/graphql'],
    ['^plugins/search/'],
    'Only search speaks GraphQL.',
  ),
];

const hygiene = [
  {
    name: 'no-cycles',
    severity: 'error',
    comment: 'Files in a circle are one file, cut badly. Types count: a reader follows them too.',
    from: { path: '^(src|plugins|test|tools)/' },
    to: { circular: true },
  },
  {
    name: 'no-barrels',
    severity: 'error',
    comment: 'A barrel hides what is used and loads what is not. The published surface of the SDK is the exception.',
    from: {},
    to: {
      path: ['^src/index\\.ts$', '^src/.+/index\\.ts$'],
      pathNot: ['^src/sdk/index\\.ts$', '^src/sdk/testing/index\\.ts$'],
    },
  },
  {
    name: 'resolvable',
    severity: 'error',
    comment: 'The law can only judge an import that it can follow.',
    // A plugin that is broken in just this way.
    from: { pathNot: '^test/plugins/needs-missing/' },
    // Built output is imported by name at run time only, and may not be there yet.
    to: { couldNotResolve: true, pathNot: '(^|/)dist/' },
  },
  {
    name: 'no-development-packages-in-the-server',
    severity: 'error',
    comment: 'What is installed for development is missing where the server runs.',
    from: { path: '^src/', pathNot: SPEC },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm', 'npm-peer'] },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [...layers, ...sdk, ...walls, ...vendors, ...hygiene],
  options: {
    tsConfig: { fileName: 'tsconfig.test.json' },
    // An import of a type binds as much as one of a value, though the compiler erases it.
    tsPreCompilationDeps: true,
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '(^|/)dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      // Workspaces are judged by their sources, as the tests read them.
      conditionNames: ['berth-source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
