import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './run-command.js';

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A certificate authority that nobody else knows, with its files in `folder`. */
export class PrivateAuthority {
  private constructor(
    private readonly folder: string,
    private readonly name: string,
    private readonly own: CertificateFiles,
  ) {}

  static async create(folder: string, name = 'authority'): Promise<PrivateAuthority> {
    const own = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
    await openssl('req', '-x509', ...KEY, '-keyout', own.key, '-out', own.cert, '-subj', `/CN=${name}`, '-days', '2');
    return new PrivateAuthority(folder, name, own);
  }

  /** Path of its own certificate. */
  get cert(): string {
    return this.own.cert;
  }

  /** A certificate for a server at `names`, each as openssl writes it: "IP:127.0.0.1", "DNS:localhost". */
  async forServer(name: string, names: readonly string[]): Promise<CertificateFiles> {
    return await this.#issue(name, `extendedKeyUsage=serverAuth\nsubjectAltName=${names.join(',')}\n`);
  }

  async forClient(name: string): Promise<CertificateFiles> {
    return await this.#issue(name, 'extendedKeyUsage=clientAuth\n');
  }

  async #issue(name: string, extensions: string): Promise<CertificateFiles> {
    const at = (ending: string): string => join(this.folder, `${this.name}-${name}.${ending}`);
    await writeFile(at('ext'), extensions);
    await openssl('req', ...KEY, '-keyout', at('key'), '-out', at('csr'), '-subj', `/CN=${name}`);
    const signing = ['-CA', this.own.cert, '-CAkey', this.own.key, '-CAcreateserial', '-days', '2'];
    await openssl('x509', '-req', '-in', at('csr'), ...signing, '-extfile', at('ext'), '-out', at('crt'));
    return { cert: at('crt'), key: at('key') };
  }
}

async function openssl(...words: string[]): Promise<void> {
  await runCommand('openssl', words);
}
