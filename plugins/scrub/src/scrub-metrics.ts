import { Injectable } from '@nestjs/common';
import { Meter } from '@berth/sdk';
import type { FinishedPass } from './scrub-progress.js';

/** The numbers of the scrubbing. The server puts `berth_scrub_` in front of the names. */
@Injectable()
export class ScrubMetrics {
  readonly #blobs;
  readonly #bytes;
  readonly #damaged;
  readonly #repaired;
  readonly #missing;
  readonly #finished;
  readonly #left;

  constructor(meter: Meter) {
    this.#blobs = meter.counter({ name: 'blobs_total', help: 'Stored blobs that were read and compared.' });
    this.#bytes = meter.counter({ name: 'read_bytes_total', help: 'Bytes read for comparing.' });
    this.#damaged = meter.counter({ name: 'damaged_total', help: 'Blobs found damaged, by problem.' });
    this.#repaired = meter.counter({ name: 'repaired_total', help: 'Damaged blobs that are whole again.' });
    this.#missing = meter.counter({
      name: 'missing_references_total',
      help: 'References of manifests to content that is not there.',
    });
    this.#finished = meter.gauge({
      name: 'last_pass_timestamp_seconds',
      help: 'When the last pass over all blobs was over, in seconds since the epoch.',
    });
    this.#left = meter.gauge({ name: 'damaged_blobs', help: 'Blobs that the last pass left damaged.' });
  }

  read(bytes: number): void {
    this.#bytes.add({}, bytes);
  }

  compared(): void {
    this.#blobs.add();
  }

  damaged(problem: string): void {
    this.#damaged.add({ problem });
  }

  repaired(): void {
    this.#repaired.add();
  }

  missing(references: number): void {
    if (references > 0) this.#missing.add({}, references);
  }

  finished({ finishedAt, damaged }: Pick<FinishedPass, 'finishedAt' | 'damaged'>): void {
    this.#finished.set(finishedAt / 1000);
    this.#left.set(damaged);
  }
}
