import { configurationSchema } from '../config/json-schema.js';
import type { Console } from './console.js';
import { EXIT } from './exit-code.js';

/** `berth schema`: the JSON Schema of the configuration, as `config/schema.json` holds it. */
export function schema(console: Console): number {
  console.out(`${JSON.stringify(configurationSchema(), null, 2)}\n`);
  return EXIT.ok;
}
