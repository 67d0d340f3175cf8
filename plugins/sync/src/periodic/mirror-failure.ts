import type { MirrorOutcome } from '@berth/sdk';

type Fault = Exclude<MirrorOutcome['outcome'], 'held'>;

const REASONS: Readonly<Record<Fault, string>> = {
  absent: 'its upstream does not have it',
  local: 'it was pushed here',
  refused: 'a gate refuses it',
  unkept: 'it could not be kept',
  unavailable: 'its upstream cannot give it now',
};

/** Something of an image could not be had, so that its tag stays where it is. */
export class MirrorFailure extends Error {
  constructor(
    readonly fault: Fault,
    message: string,
    readonly status?: number,
    /** Seconds. */
    readonly retryAfter?: number,
  ) {
    super(message);
    this.name = 'MirrorFailure';
  }
}

/** Throws MirrorFailure where it is not held. `what`: for the message. */
export function expectHeld(mirrored: MirrorOutcome, what: string): void {
  const { outcome } = mirrored;
  if (outcome === 'held') return;
  const reason = 'reason' in mirrored ? mirrored.reason : REASONS[outcome];
  const { status, retryAfter } = outcome === 'unavailable' ? mirrored : {};
  throw new MirrorFailure(outcome, `${what}: ${reason}`, status, retryAfter);
}
