import { Clock } from '@berth/sdk';

/** The machine's own time. */
export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }
}
