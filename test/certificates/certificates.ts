import { execFile } from 'node:child_process';
import { createPrivateKey, sign, X509Certificate } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const [SEQUENCE, BIT_STRING] = [0x30, 0x03];
const ECDSA_WITH_SHA256 = Buffer.from('300a06082a8648ce3d040302', 'hex');

export interface CertificateOptions {
  /** The name of who signs; by default itself, as an authority does. */
  readonly authority?: string;
  /** As openssl takes it; default `/CN=<name>`. */
  readonly subject?: string;
  /** As in "extendedKeyUsage=clientAuth". */
  readonly extensions?: readonly string[];
}

/** Keys and certificates in a temporary folder, `<name>.key` and `<name>.pem`, made by openssl. */
export class Certificates {
  private constructor(readonly folder: string) {}

  static async inNewFolder(): Promise<Certificates> {
    return new Certificates(await mkdtemp(join(tmpdir(), 'berth-certificates-')));
  }

  readonly pem = (name: string): string => join(this.folder, `${name}.pem`);
  readonly key = (name: string): string => join(this.folder, `${name}.key`);

  async make(name: string, { authority, subject, extensions = [] }: CertificateOptions = {}): Promise<void> {
    const signer = authority ? ['-CA', this.pem(authority), '-CAkey', this.key(authority)] : [];
    const basic = authority ? ['basicConstraints=CA:FALSE'] : [];
    const added = [...basic, ...extensions].flatMap((extension) => ['-addext', extension]);
    const out = ['-days', '2', '-keyout', this.key(name), '-out', this.pem(name)];
    const who = ['-utf8', '-multivalue-rdn', '-subj', subject ?? `/CN=${name}`];
    await run('openssl', ['req', '-x509', ...CURVE, ...who, ...out, ...signer, ...added]);
  }

  /** A server's, for 127.0.0.1. */
  async makeServer(name: string, authority: string): Promise<void> {
    await this.make(name, { authority, extensions: ['subjectAltName=IP:127.0.0.1'] });
  }

  /** `name` becomes a copy of `original` in which `edit` has changed bytes, with the key of that, and signed again by `authority`. */
  async forge(name: string, original: string, authority: string, edit: (body: Buffer) => Buffer): Promise<void> {
    const { raw } = await this.read(original);
    const edited = encode(SEQUENCE, edit(contentOf(contentOf(raw))));
    const signature = sign('sha256', edited, createPrivateKey(await readFile(this.key(authority))));
    const bits = encode(BIT_STRING, Buffer.concat([Buffer.of(0), signature]));
    const der = encode(SEQUENCE, Buffer.concat([edited, ECDSA_WITH_SHA256, bits]));
    await writeFile(this.pem(name), new X509Certificate(der).toString());
    await copyFile(this.key(original), this.key(name));
  }

  async read(name: string): Promise<X509Certificate> {
    return new X509Certificate(await readFile(this.pem(name)));
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}

/** Puts `to` in the place of every `from`, which is as long. */
export function replacing(from: string, to: string): (body: Buffer) => Buffer {
  return (body) => {
    const text = body.toString('latin1');
    if (from.length !== to.length || !text.includes(from)) throw new Error(`cannot put ${to} for ${from}`);
    return Buffer.from(text.replaceAll(from, to), 'latin1');
  };
}

/** Makes it valid from and until other times, each as "490101000000Z" and counted by two digits of the year. */
export function dating(notBefore: string, notAfter: string): (body: Buffer) => Buffer {
  return (body) => {
    const times = [notBefore, notAfter];
    // The two times stand one behind the other, each with its tag and length.
    const dated = body
      .toString('latin1')
      .replace(/(\x17\x0d)\d{12}Z(\x17\x0d)\d{12}Z/, (_, first: string, second: string) =>
        [first, times[0], second, times[1]].join(''),
      );
    return Buffer.from(dated, 'latin1');
  };
}

/** What is in the DER value at the beginning, which is longer than 127 bytes. */
function contentOf(der: Buffer): Buffer {
  const size = der.readUInt8(1) - 0x80;
  return der.subarray(2 + size, 2 + size + der.readUIntBE(2, size));
}

function encode(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
