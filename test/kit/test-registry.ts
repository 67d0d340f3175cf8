import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  AuditLog,
  bootstrap,
  dataOf,
  type Foundations,
  type GivenPlugin,
  givenPlugins,
  InMemoryMeter,
  listen,
  open,
  RegistryConfig,
  RegistryLogger,
  shutDown,
} from 'berth/testing';
import type { InstrumentSnapshot } from '@berth/sdk';
import { FakeClock } from './fake-clock.js';
import { HttpConnections } from './http-request.js';
import { openFiles, strayFiles } from './leaks.js';
import { LineSink } from './line-sink.js';
import type { RegistryRequest } from './registry-request.js';

type Application = Awaited<ReturnType<typeof bootstrap>>;

export interface TestRegistryOptions {
  /** Changes the defaults: any free port, no waiting for the disk. */
  readonly configure?: (config: RegistryConfig) => void;
  /** A folder whose data is served, and which `close` leaves there; default: a new one that `close` removes. */
  readonly root?: string;
  /** Plugins, each with its section as a configuration would have it. Their order is that of their gates. */
  readonly plugins?: readonly GivenPlugin[];
  /** False: it listens, but takes no requests before `open` is called. */
  readonly isOpen?: boolean;
  /** True: `close` does not look for files that no row names. */
  readonly mayLeaveFiles?: boolean;
}

/** How long `close` waits for requests that a test left unfinished, in milliseconds. */
const DRAIN_TIME = 1000;

/** A whole server in the process of the test, on a port of its own. */
export class TestRegistry {
  readonly logLines: LineSink;
  readonly auditLines: LineSink;
  private readonly connections: HttpConnections;
  private readonly sockets = new Set<Socket>();

  /** For `createTestRegistry`. */
  constructor(
    readonly application: Application,
    readonly foundations: Foundations,
    readonly clock: FakeClock,
    lines: { readonly log: LineSink; readonly audit: LineSink },
    private readonly options: TestRegistryOptions,
  ) {
    this.logLines = lines.log;
    this.auditLines = lines.audit;
    const server = application.getHttpServer();
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    this.connections = new HttpConnections(this.url);
  }

  get root(): string {
    return this.foundations.config.storage.rootDirectory;
  }

  /** Of all stores. */
  private get roots(): readonly string[] {
    const { stores, subPaths } = this.foundations.config.storage;
    return [this.root, ...[...stores.values(), ...subPaths.values()].map(({ rootDirectory }) => rootDirectory)];
  }

  /** `http://127.0.0.1:<port>`, or with `https` where TLS is configured. */
  get url(): string {
    const address: AddressInfo | string | null = this.application.getHttpServer().address();
    if (address === null || typeof address === 'string') throw new Error('the server does not listen');
    return `${this.foundations.config.http.tls ? 'https' : 'http'}://${address.address}:${String(address.port)}`;
  }

  /** The numbers that the server has counted so far. */
  get numbers(): readonly InstrumentSnapshot[] {
    return this.application.get(InMemoryMeter).snapshot();
  }

  /** One request over HTTP. */
  get request(): RegistryRequest {
    return this.connections.request;
  }

  /** Connections that the server has open. */
  get openSockets(): number {
    return this.sockets.size;
  }

  /** For one that was made with `isOpen: false`. */
  open(): Promise<void> {
    return open(this.application, this.foundations);
  }

  /**
   * Stops the server and removes its data.
   *
   * @throws Error where it leaves a connection, an open file, or bytes that no row names.
   */
  async close(): Promise<void> {
    const { root, options } = this;
    this.connections.close();
    const leaks = options.mayLeaveFiles ? [] : await this.filesLeft();
    await shutDown(this.application, this.foundations, DRAIN_TIME);
    await this.settled();
    if (this.sockets.size > 0) leaks.push(`${String(this.sockets.size)} connections are open`);
    leaks.push(...(await this.filesOpen()).map((file) => `${file} is open`));
    if (options.root === undefined) await rm(root, { recursive: true, force: true });
    if (leaks.length > 0) throw new Error(`The registry leaks: ${leaks.join('; ')}`);
  }

  /**
   * The system tells of a closed socket a turn or two later than it closes it, and a request that was cut lets go of its
   * file once it has seen that.
   */
  private async settled(): Promise<void> {
    const end = performance.now() + DRAIN_TIME;
    const isSettled = async (): Promise<boolean> => this.sockets.size === 0 && (await this.filesOpen()).length === 0;
    while (!(await isSettled()) && performance.now() < end) await delay(1);
  }

  private async filesOpen(): Promise<string[]> {
    return (await Promise.all(this.roots.map(openFiles))).flat();
  }

  private async strayFiles(): Promise<string[]> {
    const { database } = this.foundations;
    return (await Promise.all(this.roots.map((root) => strayFiles(root, database)))).flat();
  }

  /** What a mirror has sent may be on its way into the database still, with its bytes in place already. */
  private async filesLeft(): Promise<string[]> {
    const end = performance.now() + DRAIN_TIME;
    let files = await this.strayFiles();
    while (files.length > 0 && performance.now() < end) {
      await delay(1);
      files = await this.strayFiles();
    }
    return files.map((file) => `no row names ${file}`);
  }
}

/** Starts a server. The caller closes it. */
export async function createTestRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const config = new RegistryConfig();
  const root = options.root ?? (await mkdtemp(join(tmpdir(), 'berth-test-')));
  Object.assign(config.storage, { rootDirectory: root, commit: false });
  config.http.port = 0;
  options.configure?.(config);
  const clock = new FakeClock();
  const [log, audit] = [new LineSink(), new LineSink()];
  const foundations: Foundations = {
    config,
    plugins: givenPlugins(options.plugins ?? []),
    ...(await dataOf(config)),
    clock,
    logger: new RegistryLogger(log.output, config.log.level),
    audit: new AuditLog(audit.output),
  };
  const application = await bootstrap(foundations);
  await listen(application, config.http);
  if (options.isOpen ?? true) await open(application, foundations);
  return new TestRegistry(application, foundations, clock, { log, audit }, options);
}
