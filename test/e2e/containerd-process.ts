import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pollUntil } from './poll-until.js';
import { type CommandResult, tryCommand } from './run-command.js';

const START_DEADLINE = 20_000;

/** A containerd of its own below a temporary folder, with what it needs to pull and nothing to run containers with. */
export class Containerd {
  private constructor(
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(): Promise<Containerd> {
    const folder = await mkdtemp(join(tmpdir(), 'berth-containerd-'));
    const at = (name: string): string => JSON.stringify(join(folder, name));
    const config = [
      'version = 2',
      `root = ${at('root')}`,
      `state = ${at('state')}`,
      'disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]',
      `[grpc]\naddress = ${at('grpc.sock')}`,
      `[ttrpc]\naddress = ${at('ttrpc.sock')}`,
    ];
    await writeFile(join(folder, 'config.toml'), `${config.join('\n')}\n`);
    const child = spawn('containerd', ['-c', join(folder, 'config.toml')], { stdio: 'ignore' });
    const containerd = new Containerd(folder, child);
    await pollUntil('containerd answers', START_DEADLINE, async () => {
      if (child.exitCode !== null) throw new Error(`containerd ended with ${String(child.exitCode)}`);
      return (await containerd.ctr('version')).code === 0;
    });
    return containerd;
  }

  /** Its command line client. */
  ctr(...words: readonly string[]): Promise<CommandResult> {
    return tryCommand('ctr', ['-a', join(this.folder, 'grpc.sock'), ...words]);
  }

  /** Fetches an image with all its content from a registry without TLS; `user` as "name:password". */
  fetch(image: string, user?: string): Promise<CommandResult> {
    return this.ctr('content', 'fetch', '--plain-http', ...(user === undefined ? [] : ['--user', user]), image);
  }

  /** Fetches an image with all its content from where `hostsFolder`, such as /etc/containerd/certs.d, sends it. */
  fetchBy(hostsFolder: string, image: string, env: NodeJS.ProcessEnv): Promise<CommandResult> {
    const words = ['-a', join(this.folder, 'grpc.sock'), 'content', 'fetch', '--hosts-dir', hostsFolder, image];
    return tryCommand('ctr', words, { env: { ...process.env, ...env } });
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    if (this.child.exitCode === null) await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}
