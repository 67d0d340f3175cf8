import { type ByteSize, byteSize, type Duration, IsByteSize, IsDuration, milliseconds } from '@berth/sdk';
import { IsPositive } from 'class-validator';

const PERIOD = { message: 'a duration above zero such as "24h"' };
const RATE = { message: 'bytes such as "50MB"; 0 for as fast as the disk gives them' };

/** `extensions.scrub`. */
export class ScrubConfig {
  /** From the beginning of one pass over all blobs to the beginning of the next, in milliseconds. */
  @IsDuration(PERIOD)
  @IsPositive(PERIOD)
  interval: Duration = milliseconds(24 * 3_600_000);

  /** How much is read in a second, so that clients have the disk; 0: no bound. */
  @IsByteSize(RATE)
  bytesPerSecond: ByteSize = byteSize(50_000_000);
}
