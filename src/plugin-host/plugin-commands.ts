import { Injectable } from '@nestjs/common';
import type { PluginCommand } from '@berth/sdk';

/** The commands that plugins contribute. */
@Injectable()
export class PluginCommands {
  readonly #commands: PluginCommand[] = [];

  add(command: PluginCommand): void {
    this.#commands.push(command);
  }

  all(): readonly PluginCommand[] {
    return this.#commands;
  }

  find(name: string): PluginCommand | undefined {
    return this.#commands.find((command) => command.name === name);
  }
}
