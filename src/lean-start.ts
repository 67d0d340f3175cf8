import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadPackagesLate, makeDateFormatsLate } from './late-loading.js';

/*
 * What a server at rest holds in memory is mostly what starting up left behind. Importing this module, before any other,
 * starts lean; `endLeanStart` is for the moment when the server is ready.
 */

// Node's `http` has three getters that load undici, a whole HTTP client, and an ESM import of `http` reads every export. The
// same three are globals for whoever wants them.
const http = process.getBuiltinModule('http');
for (const name of ['WebSocket', 'CloseEvent', 'MessageEvent']) Object.defineProperty(http, name, { value: undefined });

const endLateness = [loadPackagesLate(), makeDateFormatsLate()];

// Start-up code runs once. Optimising it would load V8's two optimising compilers, 20 MB, for nothing.
setFlagsFromString('--no-opt');
setFlagsFromString('--no-maglev');

/** The first probes and the ends of the start-up are not worth optimising either. Milliseconds. */
const SETTLING_TIME = 2000;

/** V8's `gc` function; the flavor asks it to give freed pages back to the system. */
type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/** Gives back the memory that only starting up needed, and lets V8 optimise what runs from now on. Takes some 100 ms. */
export function endLeanStart(): void {
  for (const end of endLateness) end();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  // What ran once at the start is old at once, so that its code goes too.
  setFlagsFromString('--bytecode-old-age=1');
  for (let pass = 0; pass < 2; pass += 1) collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  setFlagsFromString('--bytecode-old-age=6');
  setTimeout(() => {
    setFlagsFromString('--opt');
    setFlagsFromString('--maglev');
  }, SETTLING_TIME).unref();
}
