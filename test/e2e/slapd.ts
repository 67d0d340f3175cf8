import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pollUntil } from './poll-until.js';
import { type CertificateFiles, PrivateAuthority } from './private-authority.js';
import { runCommand } from './run-command.js';
import { directoryLdif, OPEN, SEARCHER, SUFFIX } from './slapd-directory.js';

/** What slapd was asked, as its log has it. */
export interface SlapdRequests {
  /** Names that somebody wanted to log in with. */
  readonly binds: readonly string[];
  /** Filters. */
  readonly searches: readonly string[];
  readonly connections: number;
  /** Of requests other than the one for TLS, on connections that had none. */
  readonly inTheClear: readonly string[];
}

/**
 * OpenLDAP's server with a directory of its own, in a folder of its own, on ports of its own at 127.0.0.1: LDAP with
 * StartTLS, and LDAPS. With TLS it wants a certificate of the client. The system's slapd is not touched.
 */
export class Slapd {
  #process: ChildProcess | undefined;
  #log = '';

  private constructor(
    readonly folder: string,
    readonly port: number,
    readonly securePort: number,
    readonly authority: PrivateAuthority,
    /** What a client shows to the server. */
    readonly client: CertificateFiles,
  ) {}

  static async start(): Promise<Slapd> {
    const folder = await mkdtemp(join(tmpdir(), 'berth-slapd-'));
    const authority = await PrivateAuthority.create(folder);
    const server = await authority.forServer('server', ['IP:127.0.0.1']);
    const client = await authority.forClient('client');
    const [port, securePort] = await freePorts();
    const slapd = new Slapd(folder, port, securePort, authority, client);
    await mkdir(join(folder, 'db'));
    await writeFile(slapd.#configPath, configuration(folder, authority, server));
    await writeFile(join(folder, 'directory.ldif'), directoryLdif());
    await runCommand('slapadd', ['-q', '-f', slapd.#configPath, '-l', join(folder, 'directory.ldif')]);
    await slapd.begin();
    return slapd;
  }

  get #configPath(): string {
    return join(this.folder, 'slapd.conf');
  }

  /** Starts it again, after `end`, on the same ports. */
  async begin(): Promise<void> {
    const listeners = `ldap://127.0.0.1:${String(this.port)} ldaps://127.0.0.1:${String(this.securePort)}`;
    // -d keeps it in the foreground; 256 is "stats": one line for each connection, request and answer.
    const child = spawn('slapd', ['-d', '256', '-f', this.#configPath, '-h', listeners], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#log += text;
    });
    await pollUntil('slapd listens', 10_000, async () => {
      if (child.exitCode !== null) throw new Error(`slapd has ended:\n${this.#log}`);
      return await this.#answers();
    });
  }

  /** Ends it at once, as a crash does. */
  async end(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  /** From now on it takes connections, as the kernel does that for it, and answers nothing. */
  async hang(): Promise<void> {
    this.#process?.kill('SIGSTOP');
    // The signal comes to each of its threads in its time.
    const tasks = `/proc/${String(this.#process?.pid)}/task`;
    await pollUntil('slapd stands still', 5000, async () => {
      const states = await Promise.all(
        (await readdir(tasks)).map((task) => readFile(join(tasks, task, 'stat'), 'utf8')),
      );
      return states.every((state) => state.includes(') T '));
    });
  }

  goOn(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Ends it and removes its folder. */
  async remove(): Promise<void> {
    await this.end();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** What it is asked by the clients of `work`. */
  async requestsOf(work: () => Promise<unknown>): Promise<SlapdRequests> {
    await this.#writtenOut();
    this.#log = '';
    await work();
    const marker = await this.#writtenOut();
    const log = this.#log.slice(0, this.#log.indexOf(marker));
    const all = (pattern: RegExp): string[] => [...log.matchAll(pattern)].map(([, found = '']) => found);
    return {
      binds: all(/ BIND dn="([^\n]*)" method=/g),
      searches: all(/ SRCH base="[^\n]*filter="([^\n]*)"/g),
      connections: all(/ (ACCEPT) from /g).length,
      inTheClear: inTheClear(log),
    };
  }

  /** How many of the connections that began since the last `requestsOf` began have not ended. */
  connectionsLeft(): number {
    const numbers = (pattern: RegExp): string[] => [...this.#log.matchAll(pattern)].map(([, found = '']) => found);
    const ended = new Set(numbers(/ conn=([0-9]+) fd=[0-9]+ closed/g));
    return numbers(/ conn=([0-9]+) fd=[0-9]+ ACCEPT from /g).filter((one) => !ended.has(one)).length;
  }

  /** Waits until all that was asked so far stands in the log, and gives the line after it. */
  async #writtenOut(): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    await once(socket, 'connect');
    const line = `ACCEPT from IP=127.0.0.1:${String(socket.localPort)} `;
    await pollUntil('the log of slapd', 5000, () => this.#log.includes(line));
    socket.destroy();
    return line;
  }

  async #answers(): Promise<boolean> {
    const socket = connect(this.port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return true;
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED') return false;
      throw cause;
    } finally {
      socket.destroy();
    }
  }
}

function inTheClear(log: string): readonly string[] {
  const secure = new Set<string>();
  return log.split('\n').filter((line) => {
    const [, connection = '', rest = ''] = / (conn=[0-9]+) (.*)$/.exec(line) ?? [];
    if (/ TLS established /.test(line)) secure.add(connection);
    return /^op=[0-9]+ (BIND|SRCH) /.test(rest) && !secure.has(connection);
  });
}

/** Two that nobody listens at. Somebody may take them before slapd does, which then ends and says so. */
async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()] as const;
  const ports = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    }),
  );
  for (const server of servers) server.close();
  const [first = 0, second = 0] = ports;
  return [first, second];
}

/** Where Debian's package has its modules and its schema. */
function configuration(folder: string, authority: PrivateAuthority, server: CertificateFiles): string {
  return `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/dyngroup.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload dynlist
pidfile ${join(folder, 'slapd.pid')}
TLSCACertificateFile ${authority.cert}
TLSCertificateFile ${server.cert}
TLSCertificateKeyFile ${server.key}
TLSVerifyClient demand
access to dn.base="" by * read
database mdb
suffix "${SUFFIX}"
directory ${join(folder, 'db')}
dbnosync
index objectClass,uid,member eq
overlay dynlist
dynlist-attrset groupOfURLs memberURL member+memberOf@groupOfNames*
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="${OPEN}" by * read
access to * by dn.exact="${SEARCHER.bindDN}" read by anonymous auth by * none
`.trimStart();
}
