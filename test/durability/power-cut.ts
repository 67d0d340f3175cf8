import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteDatabase } from '../../src/metadata/dialects/sqlite/sqlite.database.js';
import { WriteAheadLog } from '../../src/metadata/dialects/sqlite/write-ahead-log.js';
import type { FileSystem } from '../../src/storage/filesystem/file-system.js';
import { makeTemporaryFolder, removeFolder } from '../contracts/temporary-folder.js';
import { SimulatedDisk } from './simulated-disk.js';
import { type FileSystemCall, watchedFileSystem } from './watched-file-system.js';

/** Where the storage believes its files to be: a path on the simulated disk. */
export const ROOT = '/registry';

/** What of the facts is found after a cut: what the last flush had promised, or all that was committed. */
export type FoundFacts = 'flushed' | 'committed';
export type FoundFiles = 'power cut' | 'kill';

/** Calls that change nothing: a cut before one is the same as a cut before what follows. */
const READING = new Set<FileSystemCall>(['openForReading', 'read', 'status', 'statusOf', 'list', 'close']);
const DATABASE_FILES = ['berth.db', 'berth.db-wal'];

/** A machine whose power goes right before one chosen step, a step being a call that changes the disk or a flush of the facts. */
export class PowerCut {
  readonly fileSystem: FileSystem;
  readonly database: SqliteDatabase;
  /** The steps that were taken, in order. */
  readonly steps: string[] = [];
  readonly #disk = new SimulatedDisk(ROOT);
  readonly #folders = { live: makeTemporaryFolder(), flushed: makeTemporaryFolder(), committed: makeTemporaryFolder() };
  #isSettled = false;
  #found: Readonly<Record<FoundFiles, SimulatedDisk>> | undefined;

  /** `cutBefore`: the number of the step after `settle`, from 0; Infinity for a machine that is cut only in the end. */
  constructor(private readonly cutBefore: number) {
    this.fileSystem = watchedFileSystem(this.#disk, (call) => {
      if (!READING.has(call)) this.#step(call);
      else if (this.isOff) throw powerIsOff();
    });
    this.database = new SqliteDatabase({
      folder: this.#folders.live,
      durable: true,
      openLog: (path) => WriteAheadLog.open(path, () => this.#flush()),
    });
  }

  get isOff(): boolean {
    return this.#found !== undefined;
  }

  /** What was done before is there after any cut: call it once the registry is open. */
  settle(): void {
    this.#copyFacts('flushed');
    this.#isSettled = true;
  }

  cut(): void {
    if (this.isOff) return;
    this.#found = { 'power cut': this.#disk.afterwards('power cut'), kill: this.#disk.afterwards('kill') };
    this.#copyFacts('committed');
  }

  /** The disk and a folder with the facts, as they are found once the power is back. */
  found(files: FoundFiles, facts: FoundFacts): { readonly disk: SimulatedDisk; readonly folder: string } {
    if (!this.#found) throw new Error('The power is on.');
    const folder = makeTemporaryFolder();
    copyFacts(this.#folders[facts], folder);
    return { disk: this.#found[files].afterwards('kill'), folder };
  }

  remove(): void {
    for (const folder of Object.values(this.#folders)) removeFolder(folder);
  }

  async #flush(): Promise<void> {
    this.#step('flush');
    this.#copyFacts('flushed');
  }

  #step(name: string): void {
    if (!this.#isSettled) return;
    if (this.steps.length === this.cutBefore) this.cut();
    if (this.isOff) throw powerIsOff();
    this.steps.push(name);
  }

  #copyFacts(to: FoundFacts): void {
    copyFacts(this.#folders.live, this.#folders[to]);
  }
}

function powerIsOff(): Error {
  return new Error('The power is off.');
}

/** SQLite runs in this thread, so between two of its statements its files are one state. */
function copyFacts(from: string, to: string): void {
  for (const file of DATABASE_FILES) {
    if (existsSync(join(from, file))) copyFileSync(join(from, file), join(to, file));
  }
}
