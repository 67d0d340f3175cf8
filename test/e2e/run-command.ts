import { type ExecFileOptions, execFile } from 'node:child_process';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const OUTPUT_LIMIT = 64 * 1024 * 1024;

/** Runs a program to its end and gives its exit code and output. @throws Error where it cannot be started. */
export async function tryCommand(
  program: string,
  commandArguments: readonly string[],
  options: ExecFileOptions = {},
): Promise<CommandResult> {
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
  const limits = { maxBuffer: OUTPUT_LIMIT, encoding: 'utf8' } as const;
  execFile(program, [...commandArguments], { ...options, ...limits }, (error, stdout, stderr) => {
    const code = error?.code ?? 0;
    if (error && typeof code !== 'number') reject(error);
    else resolve({ code: typeof code === 'number' ? code : 1, stdout, stderr });
  });
  return promise;
}

/** As `tryCommand`, and gives the standard output. @throws Error with all output when the exit code is not 0. */
export async function runCommand(
  program: string,
  commandArguments: readonly string[],
  options: ExecFileOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await tryCommand(program, commandArguments, options);
  if (code === 0) return stdout;
  throw new Error(`${program} ${commandArguments.join(' ')}: exit ${String(code)}\n${stdout}${stderr}`);
}
