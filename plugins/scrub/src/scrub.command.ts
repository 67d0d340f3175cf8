import { Injectable } from '@nestjs/common';
import type { CommandInvocation, MissingReference, PluginCommand } from '@berth/sdk';
import { ByteRate } from './byte-rate.js';
import type { DamagedBlob } from './damage-record.js';
import { FindingsTable } from './findings-table.js';
import { Scrubber } from './scrubber.js';

/** `berth scrub <config>`: one pass over everything, as fast as the disk gives it, while the server does not run. */
@Injectable()
export class ScrubCommand implements PluginCommand {
  readonly name = 'scrub';
  readonly summary = 'read every stored blob once and print what is damaged; exit code 1 if anything is';

  constructor(private readonly scrubber: Scrubber) {}

  async run({ console, signal }: CommandInvocation): Promise<number> {
    const table = new FindingsTable();
    const pass = await this.scrubber.run({
      rate: new ByteRate(0),
      signal,
      isFresh: true,
      onDamaged: (blob: DamagedBlob) => {
        table.addDamaged(blob);
      },
      onMissing: (references: readonly MissingReference[]) => {
        table.addMissing(references);
      },
    });
    const { blobs, bytes, damaged, repaired, missingReferences } = pass;
    console.out(table.toString());
    console.out(
      `${String(blobs)} blobs (${String(bytes)} bytes) read: ${String(damaged)} damaged, ${String(repaired)} repaired, ` +
        `${String(missingReferences)} references to content that is not there\n`,
    );
    return damaged + missingReferences > 0 ? 1 : 0;
  }
}
