import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pollUntil } from './poll-until.js';

export interface NginxOptions {
  /** `http://127.0.0.1:8080` of the server behind it. */
  readonly upstream: string;
  /** PEM files. */
  readonly certificate: string;
  readonly key: string;
  /** Lines such as `proxy_set_header Host $http_host;`. */
  readonly directives: readonly string[];
}

const START_DEADLINE = 10_000;
/** How often another port is tried where somebody has taken the one that was free. */
const ATTEMPTS = 5;
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** A real nginx that ends TLS on a port of its own and speaks plain HTTP to the server behind it, from the address 127.0.0.3. */
export class Nginx {
  static readonly address = '127.0.0.3';

  private constructor(
    private readonly child: ChildProcessByStdio<null, null, Readable>,
    private readonly folder: string,
    readonly port: number,
  ) {}

  static async start(options: NginxOptions): Promise<Nginx> {
    for (let attempt = 1; ; attempt++) {
      const folder = await mkdtemp(join(tmpdir(), 'berth-nginx-'));
      const port = await freePort();
      await writeFile(join(folder, 'nginx.conf'), configuration(options, folder, port));
      const nginxArguments = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'];
      const child = spawn('nginx', nginxArguments, { stdio: ['ignore', 'ignore', 'pipe'] });
      const nginx = new Nginx(child, folder, port);
      const said = await nginx.listening();
      if (said === undefined) return nginx;
      await nginx.stop();
      if (attempt === ATTEMPTS) throw new Error(`nginx does not start: ${said}`);
    }
  }

  /** Host and port, as an image name begins. */
  get host(): string {
    return `127.0.0.1:${String(this.port)}`;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  /** What it has to say where it ends instead. */
  private async listening(): Promise<string | undefined> {
    let said = '';
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    return pollUntil('nginx listens', START_DEADLINE, async () => {
      if (this.child.exitCode !== null) return { said };
      return (await isOpen(this.port)) && { said: undefined };
    }).then((outcome) => outcome.said);
  }
}

function configuration({ upstream, certificate, key, directives }: NginxOptions, folder: string, port: number): string {
  const lines = [
    `daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr warn;`,
    'events { worker_connections 64; }',
    'http {',
    ...TEMPORARY.map((name) => `${name}_temp_path ${folder}/${name};`),
    'access_log off; client_max_body_size 0;',
    `server { listen 127.0.0.1:${String(port)} ssl; ssl_certificate ${certificate}; ssl_certificate_key ${key};`,
    `location / { proxy_pass ${upstream}; proxy_bind ${Nginx.address}; proxy_http_version 1.1;`,
    'proxy_request_buffering off; proxy_buffering off;',
    ...directives,
    '} } }',
  ];
  return lines.join('\n');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
