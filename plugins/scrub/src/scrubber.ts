import { Injectable } from '@nestjs/common';
import { BlobStore, Clock, ManifestStore, type MissingReference, PluginLogger, type StoredBlob } from '@berth/sdk';
import { BlobCheck } from './blob-check.js';
import type { ByteRate } from './byte-rate.js';
import { DamageRecord, type DamagedBlob } from './damage-record.js';
import { DamagedBlobs } from './damaged-blobs.js';
import { ScrubMetrics } from './scrub-metrics.js';
import { type FinishedPass, ScrubProgress, type UnfinishedPass } from './scrub-progress.js';

export interface PassOptions {
  readonly rate: ByteRate;
  readonly signal: AbortSignal;
  /** True: from the beginning, whatever an earlier pass has come to. */
  readonly isFresh?: boolean;
  /** Told of each blob that is damaged, and whether it is whole again. */
  readonly onDamaged?: (blob: DamagedBlob) => void;
  readonly onMissing?: (references: readonly MissingReference[]) => void;
}

/** What is asked for at a time: all of a pass that is ever in memory. */
const PAGE = 100;
/** How often what was done is written down, in milliseconds: no more than this is done again after a crash. */
const CHECKPOINT_INTERVAL = 2000;

/** One pass over everything: every blob, then every reference. Goes on where the last one was interrupted. */
@Injectable()
export class Scrubber {
  constructor(
    private readonly blobs: BlobStore,
    private readonly manifests: ManifestStore,
    private readonly check: BlobCheck,
    private readonly damagedBlobs: DamagedBlobs,
    private readonly progress: ScrubProgress,
    private readonly record: DamageRecord,
    private readonly metrics: ScrubMetrics,
    private readonly clock: Clock,
    private readonly logger: PluginLogger,
  ) {}

  /** Rejects with the reason of `signal` once that aborts; what was done until then is kept. */
  async run(options: PassOptions): Promise<FinishedPass> {
    const { current } = await this.progress.load();
    let pass = options.isFresh || !current ? newPass(this.clock.now()) : current;
    if (pass !== current) await this.record.forgetMissing();
    let savedAt = this.clock.now();
    const advance = async (next: UnfinishedPass): Promise<void> => {
      pass = next;
      if (this.clock.now() - savedAt < CHECKPOINT_INTERVAL) return;
      await this.progress.keep(pass);
      savedAt = this.clock.now();
    };
    try {
      if (pass.stage === 'blobs') await this.#checkBlobs(() => pass, advance, options);
      await this.#checkReferences(() => pass, advance, options);
    } catch (cause) {
      await this.progress.keep(pass).catch((err: unknown) => {
        this.logger.warn('how far the scrubbing has come could not be written down', { err });
      });
      throw cause;
    }
    return this.#finish(pass);
  }

  async #checkBlobs(current: () => UnfinishedPass, advance: Advance, options: PassOptions): Promise<void> {
    for (;;) {
      const page = await this.blobs.scan(current().afterBlob, PAGE);
      for (const blob of page) {
        options.signal.throwIfAborted();
        await advance(await this.#checkBlob(blob, current(), options));
      }
      if (page.length < PAGE) break;
    }
    await advance({ ...current(), stage: 'references' });
  }

  async #checkBlob(blob: StoredBlob, pass: UnfinishedPass, options: PassOptions): Promise<UnfinishedPass> {
    const { store, digest } = blob;
    const { rate, signal } = options;
    let bytes = 0;
    const onBytes = (length: number): void => {
      bytes += length;
      this.metrics.read(length);
    };
    const finding = blob.state === 'present' ? await this.check.check(blob, { rate, signal, onBytes }) : undefined;
    const damaged =
      blob.state === 'quarantined'
        ? await this.damagedBlobs.retry(blob, signal)
        : finding && (await this.damagedBlobs.takeOut(blob, finding, signal));
    if (blob.state === 'present') this.metrics.compared();
    if (damaged) options.onDamaged?.(damaged);
    const isRepaired = damaged?.repairedAt !== undefined;
    return {
      ...pass,
      afterBlob: { store, digest },
      blobs: pass.blobs + 1,
      bytes: pass.bytes + bytes,
      damaged: pass.damaged + (damaged && !isRepaired ? 1 : 0),
      repaired: pass.repaired + (isRepaired ? 1 : 0),
    };
  }

  async #checkReferences(current: () => UnfinishedPass, advance: Advance, options: PassOptions): Promise<void> {
    const { blobs } = await this.record.list();
    const damaged = new Set(blobs.filter(({ repairedAt }) => repairedAt === undefined).map(({ digest }) => digest));
    do {
      options.signal.throwIfAborted();
      const page = await this.manifests.missingReferences(current().afterManifest, PAGE);
      // What is quarantined has been told of already.
      const missing = page.missing.filter(({ digest }) => !damaged.has(digest));
      if (missing.length > 0) await this.#tellMissing(missing, options);
      await advance({
        ...current(),
        stage: 'references',
        afterManifest: page.next,
        missingReferences: current().missingReferences + missing.length,
      });
    } while (current().afterManifest !== undefined);
  }

  async #tellMissing(missing: readonly MissingReference[], { onMissing }: PassOptions): Promise<void> {
    this.metrics.missing(missing.length);
    for (const reference of missing) this.logger.error('a manifest names content that is not there', { ...reference });
    await this.record.missing(missing);
    onMissing?.(missing);
  }

  async #finish(pass: UnfinishedPass): Promise<FinishedPass> {
    const { startedAt, blobs, bytes, damaged, repaired, missingReferences } = pass;
    await this.record.forgetUnseen(startedAt);
    const finished = { startedAt, finishedAt: this.clock.now(), blobs, bytes, damaged, repaired, missingReferences };
    await this.progress.finish(finished);
    this.metrics.finished(finished);
    this.logger.info('every stored blob was read', { ...finished });
    return finished;
  }
}

type Advance = (next: UnfinishedPass) => Promise<void>;

function newPass(startedAt: number): UnfinishedPass {
  return {
    startedAt,
    stage: 'blobs',
    afterBlob: undefined,
    afterManifest: undefined,
    blobs: 0,
    bytes: 0,
    damaged: 0,
    repaired: 0,
    missingReferences: 0,
  };
}
