import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Nest injects by the type of a constructor's parameter, which only legacy decorators with metadata record.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: { include: ['src/**/*.spec.ts'] },
});
