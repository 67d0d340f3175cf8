import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pollUntil } from './poll-until.js';
import { type CommandResult, runCommand, tryCommand } from './run-command.js';

const START_DEADLINE = 30_000;

/** What is not for this machine goes nowhere, so that no test reaches a real registry. */
const NOWHERE = {
  HTTP_PROXY: 'http://127.0.0.1:9',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  NO_PROXY: 'localhost,127.0.0.1',
};

/** A Docker daemon of its own below a temporary folder, without a network for containers, and its client. */
export class Docker {
  private constructor(
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  /** `settings`: the text of its daemon.json. */
  static async start(settings = '{}'): Promise<Docker> {
    const folder = await mkdtemp(join(tmpdir(), 'berth-docker-'));
    const at = (name: string): string => join(folder, name);
    await mkdir(at('client'));
    await writeFile(at('client/config.json'), '{}');
    await writeFile(at('daemon.json'), settings);
    const words = [
      `--config-file=${at('daemon.json')}`,
      `--data-root=${at('data')}`,
      `--exec-root=${at('exec')}`,
      `--pidfile=${at('pid')}`,
      `--host=unix://${at('sock')}`,
      '--storage-driver=vfs',
      '--bridge=none',
      '--iptables=false',
      '--ip6tables=false',
    ];
    const child = spawn('dockerd', words, { stdio: 'ignore', env: { ...process.env, ...NOWHERE } });
    const docker = new Docker(folder, child);
    await pollUntil('dockerd answers', START_DEADLINE, async () => {
      if (child.exitCode !== null) throw new Error(`dockerd ended with ${String(child.exitCode)}`);
      return (await docker.run('version')).code === 0;
    });
    return docker;
  }

  /** Its command line client. */
  run(...words: readonly string[]): Promise<CommandResult> {
    return tryCommand('docker', this.#line(words));
  }

  /** As `run`, and gives the standard output. @throws Error with all output when the exit code is not 0 */
  succeed(...words: readonly string[]): Promise<string> {
    return runCommand('docker', this.#line(words));
  }

  /** Makes an image of one layer with one file, the text of which is `content`. */
  async create(image: string, content: string): Promise<void> {
    const tree = join(this.folder, 'tree');
    const archive = join(this.folder, 'tree.tar');
    await mkdir(tree, { recursive: true });
    await writeFile(join(tree, 'hello'), content);
    await runCommand('tar', ['-C', tree, '-cf', archive, 'hello']);
    await this.succeed('import', archive, image);
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    if (this.child.exitCode === null) await ended;
    await rm(this.folder, { recursive: true, force: true });
  }

  #line(words: readonly string[]): readonly string[] {
    return [`--config=${join(this.folder, 'client')}`, `--host=unix://${join(this.folder, 'sock')}`, ...words];
  }
}
