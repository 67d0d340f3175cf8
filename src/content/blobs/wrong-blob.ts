import type { Digest } from '@berth/sdk';
import { UpstreamUnavailable } from '../upstream-unavailable.js';

/** What an upstream gave is not the blob, by its digest or its length. */
export class WrongBlob extends UpstreamUnavailable {
  /** For the edge: whoever waits for bytes must see a transfer that failed, also where none has left yet. */
  readonly cutsTransfer = true;

  constructor(upstream: string, digest: Digest, fault: string) {
    super({ upstream, status: 502 }, new Error(`What was given for ${digest} ${fault}.`));
    this.name = 'WrongBlob';
  }
}
