import type { INestApplicationContext } from '@nestjs/common';
import type { PluginCommand } from '@berth/sdk';
import { buildContext, closeData, foundationsOf, openData } from '../bootstrap.js';
import { loadConfig } from '../config/load-config.js';
import { endLeanStart } from '../lean-start.js';
import { MetadataError } from '../metadata/metadata-error.js';
import { PluginCommands } from '../plugin-host/plugin-commands.js';
import { commandLoggerOf } from './command-logger.js';
import type { Console } from './console.js';
import { EXIT } from './exit-code.js';
import { blamingFile, loadPluginsOf } from './load-plugins.js';

export interface PluginInvocation {
  readonly name: string;
  readonly configPath: string;
  readonly args: readonly string[];
  readonly console: Console;
}

/** `berth <command> <config>`: a command that a plugin of the configuration contributes, over its data, with no server. */
export async function runPluginCommand(invocation: PluginInvocation): Promise<number> {
  const { name, configPath, console } = invocation;
  return withContext(configPath, async (context, openAll) => {
    const command = context.get(PluginCommands).find(name);
    if (!command) {
      console.err(`berth: there is no command ${JSON.stringify(name)}, and no plugin of ${configPath} adds it\n`);
      return EXIT.usage;
    }
    try {
      await openAll();
    } catch (cause) {
      if (!(cause instanceof MetadataError)) throw cause;
      console.err(`berth: ${cause.message}\n`);
      return EXIT.failure;
    }
    return interruptible(command, invocation);
  });
}

/** `berth commands <config>`: what the plugins of a configuration add. */
export async function listCommands(configPath: string, console: Console): Promise<number> {
  return withContext(configPath, (context) => {
    const commands = context.get(PluginCommands).all();
    for (const { name, summary } of commands) console.out(`berth ${name} ${configPath}   ${summary}\n`);
    if (commands.length === 0) console.out('no plugin of this configuration adds a command\n');
    return Promise.resolve(EXIT.ok);
  });
}

async function withContext(
  configPath: string,
  use: (context: INestApplicationContext, openAll: () => Promise<void>) => Promise<number>,
): Promise<number> {
  const loaded = await loadConfig(configPath);
  endLeanStart();
  const plugins = await loadPluginsOf(loaded);
  const foundations = await foundationsOf(loaded.config, plugins, await commandLoggerOf(loaded.config.log));
  const context = await blamingFile(loaded.path, () => buildContext(foundations));
  try {
    return await use(context, () => openData(context, foundations));
  } finally {
    await context.close();
    await closeData(foundations);
  }
}

async function interruptible(command: PluginCommand, { args, console }: PluginInvocation): Promise<number> {
  const interrupt = new AbortController();
  const onInterrupt = (): void => {
    interrupt.abort(new Error('The command was interrupted.'));
  };
  process.once('SIGINT', onInterrupt);
  try {
    return await command.run({ args, console, signal: interrupt.signal });
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}
