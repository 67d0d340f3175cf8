import { existsSync } from 'node:fs';
import { runSteps, type Step } from './run-steps.ts';

const SOURCES = ['src', 'plugins', 'test', 'tools'].filter((folder) => existsSync(folder));

/**
 * Everything that needs no socket, no root and no other program: types, lint, import law, format, and the tests that
 * run in one process. Two at a time, since that is what the smallest machine has cores for.
 */
const STEPS: readonly Step[] = [
  // The build is the type check of what is shipped: src, the SDK and the kit, each as its users will see it.
  { name: 'build', command: ['npm', 'run', '--silent', 'build'] },
  // One program over all sources, specs and tools, incremental: tsc itself knows what an edit touches.
  { name: 'types', command: ['tsc', '-p', 'tsconfig.test.json', '--pretty'] },
  // Cached by content, which is most of the minute it would take. A typed rule may also hang on other files than the one it
  // looks at; CI starts without a cache, and so looks at all of them.
  {
    name: 'lint',
    command: [
      'eslint',
      '--color',
      '--cache',
      '--cache-strategy',
      'content',
      '--cache-location',
      'node_modules/.cache/eslint/',
      '.',
    ],
  },
  { name: 'import law', command: ['depcruise', '--config', '.dependency-cruiser.cjs', ...SOURCES] },
  // Cached by content, for which the answer depends on nothing else but the configuration, which is in the key.
  { name: 'format', command: ['prettier', '--check', '--cache', '--cache-strategy', 'content', '.'] },
  {
    name: 'tests',
    command: ['vitest', 'run', '--project', 'unit', '--project', 'spec', '--project', 'architecture'],
    // Some read what was built, and all of them want both cores.
    after: ['build'],
  },
];

const AT_ONCE = 2;

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1).padStart(6)} s`;
}

const started = performance.now();
const results = await runSteps(STEPS, AT_ONCE, ({ name, passed, milliseconds, output }) => {
  console.log(`${passed ? 'ok    ' : 'FAILED'}  ${seconds(milliseconds)}  ${name}`);
  if (!passed) console.log(output);
});
const failed = results.filter((result) => !result.passed).map((result) => result.name);
const elapsed = seconds(performance.now() - started);
console.log(
  `${failed.length === 0 ? 'ok    ' : 'FAILED'}  ${elapsed}  check${failed.length === 0 ? '' : `: ${failed.join(', ')}`}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
