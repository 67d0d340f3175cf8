import { Injectable } from '@nestjs/common';
import { type ScannedImage, type Vulnerability, VulnerabilityScanner } from '@berth/sdk';
import { RegistryLogger } from '../logging/registry-logger.js';
import { withDeadline } from './hook-deadline.js';

/** Somebody waits for the answer; milliseconds. */
const DEADLINE = 5000;

/** The scanner that a plugin contributes, bounded in time; without one, nothing is known of any image. */
@Injectable()
export class ContributedScanner extends VulnerabilityScanner {
  #contributed: { readonly plugin: string; readonly scanner: VulnerabilityScanner } | undefined;

  constructor(private readonly logger: RegistryLogger) {
    super();
  }

  use(plugin: string, scanner: VulnerabilityScanner): void {
    this.#contributed = { plugin, scanner };
  }

  async find(image: ScannedImage, signal: AbortSignal): Promise<readonly Vulnerability[] | undefined> {
    return this.#ask(signal, (scanner, bounded) => scanner.find(image, bounded), undefined);
  }

  async affected(id: string, signal: AbortSignal): Promise<readonly ScannedImage[]> {
    return this.#ask(signal, (scanner, bounded) => scanner.affected(id, bounded), []);
  }

  async #ask<Answer>(
    signal: AbortSignal,
    question: (scanner: VulnerabilityScanner, signal: AbortSignal) => Promise<Answer>,
    otherwise: Answer,
  ): Promise<Answer> {
    if (!this.#contributed) return otherwise;
    const { plugin, scanner } = this.#contributed;
    const onLate = (): void => {
      this.logger.warn({ plugin }, 'a vulnerability scanner answered after nobody waited for it any more');
    };
    return withDeadline({ deadline: DEADLINE, signal, onLate }, (signalOf) => question(scanner, signalOf()));
  }
}
