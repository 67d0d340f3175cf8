import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { isSection } from '@berth/sdk';
import { type Login, loginOf } from './login.js';

const PROGRAM = /^[\w.-]+$/;
const TIMEOUT = 5000;

/**
 * What `docker-credential-<name>` knows of `host`; `undefined` where it knows nothing.
 *
 * @throws Error where it cannot be run or takes too long
 */
export async function askCredentialHelper(name: string, host: string): Promise<Login | undefined> {
  if (!PROGRAM.test(name)) throw new Error(`${JSON.stringify(name)} is no credential helper`);
  const child = spawn(`docker-credential-${name}`, ['get'], { stdio: ['pipe', 'pipe', 'ignore'], timeout: TIMEOUT });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // One that ends before it has read is told of by its exit code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(host);
  const [output, code] = await Promise.all([text(child.stdout), ended]);
  if (code === null) throw new Error(`docker-credential-${name} took too long`);
  // It ends with 1 for a host that it does not know.
  if (code !== 0) return undefined;
  const answer: unknown = JSON.parse(output);
  const { Username: user, Secret: secret } = isSection(answer) ? answer : {};
  return typeof user === 'string' && typeof secret === 'string' ? loginOf(user, secret) : undefined;
}
