import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Names that say nothing of what lies behind them; an architecture test forbids the files themselves. */
const NAMELESS_FILES = '^\\.{1,2}/(.+/)?(utils?|helpers?|common|misc|types|shared|manager|impl)(\\.js)?$';

/** A second copy of the SDK's injection tokens is what a relative import of it makes. */
const SDK_BY_ITS_NAME = {
  regex: '^(\\.\\./)+sdk(/|$)|^\\./sdk(/|$)',
  message: 'Import the SDK as @berth/sdk: a relative import makes a second copy of every injection token.',
};

const NO_NAMELESS_FILES = { regex: NAMELESS_FILES, message: 'Name the file after what it holds.' };

const noRestrictedImports = (...patterns) => ['error', { patterns }];

export default defineConfig(
  globalIgnores(['**/dist/', '**/node_modules/', 'data/', 'coverage/']),
  {
    files: ['**/*.ts', '**/*.mts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      // One program over everything, with the workspaces as sources; the nearest tsconfig.json leaves out the specs.
      parserOptions: { project: ['./tsconfig.test.json'], tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // -- Beyond the preset ------------------------------------------------------------------------------------

      // A union that grows must break every switch over it at compile time.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false, requireDefaultForNonUnion: false },
      ],
      // An import that only types are taken of must not run a module. What a decorated class takes by its constructor
      // is a value under emitDecoratorMetadata, and this rule knows: it leaves files with decorators alone.
      // `import('x').Y` as a type stays allowed: it goes with drivers and plugins, which are imported on demand.
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      // Stops `await` from being forgotten on `return` inside try, where the catch would not see the rejection.
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      // What crosses a file is named there; inference that changes silently is a changed contract.
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      // Only one value for "it is not so": 0, '' and undefined are told apart.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignoreConditionalTests: true }],
      // A file over 300 lines holds two things.
      'max-lines': ['error', { max: 300 }],
      // A function over 60 lines tells no story; 40 is the habit, the rest is for tables and statements.
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      // Past five, nobody knows which is which: make it an object. A constructor takes what Nest injects, by type, and a
      // service says each role it uses rather than hide them in a bundle, so it may have ten (the selector below holds
      // everything else to five).
      '@typescript-eslint/max-params': ['error', { max: 10 }],
      // Past three levels, a branch wants a name.
      'max-depth': ['error', { max: 3 }],
      // `==` compares what it likes, except with null, where it says "absent": JSON of clients has both null and nothing.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      // Standard output belongs to the command line, and all else to the logger.
      'no-console': 'error',
      // An enum is a second way to write a union, with a run-time object that type stripping cannot make; a default
      // export has no name to search for.
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals, with `as const` where values are needed.' },
        {
          selector: 'ExportDefaultDeclaration',
          message: 'Export by name; only configuration files export by default.',
        },
        {
          selector:
            ':matches(FunctionDeclaration, ArrowFunctionExpression, MethodDefinition[kind="method"] > FunctionExpression)[params.length>5]',
          message: 'More than five parameters: make them an object.',
        },
      ],
      'no-restricted-imports': noRestrictedImports(NO_NAMELESS_FILES),

      // -- Less than the preset ---------------------------------------------------------------------------------

      // Numbers and booleans read well in a text, and have one way to be written.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // A Nest module is an empty class under a decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // `async` without `await` is how a method fulfils a port that promises, and turns its throws into rejections.
      '@typescript-eslint/require-await': 'off',
      // `() => reply.send(x)` as a body of one line is clearer than braces around it.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Underscored parameters are named for the reader of an interface they do not need.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // A configuration class is a shape with rules on it, and so are Nest's options: a literal of the shape will do.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-spread': [
        'error',
        { allow: [{ from: 'file', name: ['RegistryConfig', 'HttpConfig', 'LogConfig', 'StorageConfig'] }] },
      ],
      // A type parameter used once still names what the caller asks for: `placeholdersOf<Input>()`.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // `while (true)` with a way out says what it does.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'plugins/**/*.ts', 'test/kit/**/*.ts'],
    ignores: ['src/sdk/**'],
    rules: { 'no-restricted-imports': noRestrictedImports(NO_NAMELESS_FILES, SDK_BY_ITS_NAME) },
  },
  {
    files: ['src/metadata/**/*.ts'],
    rules: {
      // Kysely's callbacks are made to be destructured: `({ eb, fn, or }) => ...`.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['src/metadata/migrations/**/*.ts'],
    rules: {
      // A schema is read from top to bottom, table after table.
      'max-lines-per-function': 'off',
    },
  },
  {
    files: ['src/cli/**/*.ts', 'src/main.ts', 'tools/**/*.ts', 'test/bench/**/*.ts', 'test/e2e/**/*.ts'],
    // These speak to a person at a terminal.
    rules: { 'no-console': 'off' },
  },
  {
    files: [
      '**/*.spec.ts',
      '**/*.fixture.ts',
      '**/*.contract.ts',
      'test/contracts/**/*.ts',
      'test/kit/contracts/**/*.ts',
    ],
    rules: {
      // A `describe` is a list of rules, not a function that somebody has to follow.
      'max-lines-per-function': 'off',
      // `expect(fake.method)` takes a method off its object on purpose.
      '@typescript-eslint/unbound-method': 'off',
      // An empty function is the smallest fake.
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    // Tools read configuration by its default export, and so does the plugin loader a plugin's index.
    files: [
      '*.config.ts',
      '**/vitest.config.ts',
      '**/vite.config.ts',
      'plugins/*/src/index.ts',
      'plugins/*/index.ts',
      'docs/examples/*/src/index.ts',
    ],
    rules: {
      'no-restricted-syntax': 'off',
    },
  },
  {
    // Scripts that run before anything is built; they are not part of the typed program.
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    extends: [tseslint.configs.strict, tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', performance: 'readonly' },
    },
    rules: { 'max-lines': ['error', { max: 300 }], eqeqeq: 'error' },
  },
  {
    // dependency-cruiser reads CommonJS.
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { module: 'writable', require: 'readonly' } },
  },
);
