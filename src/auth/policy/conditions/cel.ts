import { createRequire } from 'node:module';

type Cel = typeof import('@marcbachmann/cel-js');

let loaded: Cel | undefined;

/**
 * The library for CEL, loaded when the first condition is met: most servers have none. Not by `import()`, since the configuration is
 * validated, and a request decided, in one go.
 */
export function loadCel(): Cel {
  loaded ??= createRequire(import.meta.url)('@marcbachmann/cel-js') as Cel;
  return loaded;
}
