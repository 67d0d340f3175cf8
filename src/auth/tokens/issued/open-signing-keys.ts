import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Clock, FileWatch, fingerprintOf } from '@berth/sdk';
import type { RegistryLogger } from '../../../logging/registry-logger.js';
import type { SigningKeys } from '../../../metadata/signing-keys.js';
import type { Jose } from '../jose.js';
import { parseSigningKey, type SigningKey } from './signing-key.js';
import { CurrentSigningKey } from './current-signing-key.js';

const PURPOSE = 'tokens';

export interface FileSigningKeyOptions {
  readonly jose: Jose;
  readonly logger: RegistryLogger;
  /** Called once another key is in use. */
  readonly onChange: () => void;
}

/** The key in a file, read again when that changes. Throws an Error naming the file. */
export async function openFileSigningKeys(
  path: string,
  { jose, logger, onChange }: FileSigningKeyOptions,
): Promise<CurrentSigningKey> {
  const read = async (): Promise<{ key: SigningKey; fingerprint: string }> => {
    const pem = await readFile(path, 'utf8');
    return { key: await parseSigningKey(jose, pem), fingerprint: fingerprintOf(pem) };
  };
  const first = await read().catch((cause: unknown) => {
    throw new Error(`Cannot sign tokens with ${path}: ${messageOf(cause)}`, { cause });
  });
  const readAgain = async (): Promise<void> => {
    try {
      current.replace((await read()).key);
      onChange();
      logger.info({ path }, 'sign tokens with another key');
    } catch (cause) {
      logger.warn(
        { path, reason: messageOf(cause) },
        'kept the key that tokens are signed with: the new one is broken',
      );
    }
  };
  const watch = new FileWatch([path], { known: first.fingerprint, ignoreAbsent: true, onChange: readAgain });
  const current = new CurrentSigningKey(first.key, () => {
    watch.stop();
  });
  watch.start();
  return current;
}

/** The key that the registry made for itself: the first process makes it, and all others take it from the facts. */
export async function openKeptSigningKeys(
  kept: SigningKeys,
  { jose, clock }: { readonly jose: Jose; readonly clock: Clock },
): Promise<CurrentSigningKey> {
  const privateKey = (await kept.find(PURPOSE)) ?? (await kept.keep(newKey(clock.now())));
  return new CurrentSigningKey(await parseSigningKey(jose, privateKey));
}

function newKey(createdAt: number): Parameters<SigningKeys['keep']>[0] {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { purpose: PURPOSE, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), createdAt };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
