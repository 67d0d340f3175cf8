import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { ServerProcess } from './server-process.js';

/** Parts of a configuration file; `rootDirectory`, address, port and log level are filled in. */
export interface ServerSettings {
  readonly storage?: Readonly<Record<string, unknown>>;
  readonly http?: Readonly<Record<string, unknown>>;
  readonly log?: Readonly<Record<string, unknown>>;
  readonly extensions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface Servers {
  /** A new folder, removed at the end of the file. */
  folder(): Promise<string>;
  /** Writes a configuration for the root below `folder` and gives its path. */
  configure(folder: string, settings?: ServerSettings): Promise<string>;
  /** Starts a server on the root below `folder` and does not wait until it is ready. */
  launch(folder: string, settings?: ServerSettings): Promise<ServerProcess>;
  /** Starts a server with the configuration at `path`, and waits until it is ready. */
  serve(path: string): Promise<ServerProcess>;
  /** Starts a server on the root below `folder`, by default a new one, and waits until it is ready. */
  start(settings?: ServerSettings, folder?: string): Promise<ServerProcess>;
}

/** Where the server that runs below `folder` keeps everything. */
export function rootDirectoryOf(folder: string): string {
  return join(folder, 'root');
}

/** Servers for one test file: all of them are ended and their folders removed when it ends. */
export function useServers(): Servers {
  const folders: string[] = [];
  const processes: ServerProcess[] = [];

  afterAll(async () => {
    await Promise.all(processes.map((server) => server.kill()));
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }, 60_000);

  const begin = (path: string): ServerProcess => {
    const server = new ServerProcess(path);
    processes.push(server);
    return server;
  };

  const servers: Servers = {
    async folder() {
      const folder = await mkdtemp(join(tmpdir(), 'berth-e2e-'));
      folders.push(folder);
      return folder;
    },
    async configure(folder, settings = {}) {
      const rootDirectory = rootDirectoryOf(folder);
      await mkdir(rootDirectory, { recursive: true });
      const config = {
        storage: { rootDirectory, gcDelay: '1h', ...settings.storage },
        http: { address: '127.0.0.1', port: 0, ...settings.http },
        log: { level: 'info', ...settings.log },
        extensions: settings.extensions ?? {},
      };
      const path = join(folder, 'config.json');
      await writeFile(path, JSON.stringify(config));
      return path;
    },
    async launch(folder, settings) {
      return begin(await servers.configure(folder, settings));
    },
    serve: (path) => begin(path).ready(),
    async start(settings, folder) {
      const server = await servers.launch(folder ?? (await servers.folder()), settings);
      return server.ready();
    },
  };
  return servers;
}
