import { type Duration, IsDuration, milliseconds } from '@berth/sdk';
import { IsBoolean, IsPositive } from 'class-validator';
import { StoreConfig } from './store.config.js';

const FLAG = { message: 'true or false' };
const PERIOD = { message: 'a duration above zero such as "1h"; collection is turned off by "gc": false' };

/** `storage.subPaths.<route>`: the store of the repositories below a route. Durations are milliseconds. */
export class SubPathConfig extends StoreConfig {
  /** One copy per digest is always kept; `false` changes nothing and is warned about. */
  @IsBoolean(FLAG)
  dedupe = true;

  /** As in zot, nothing below a route is collected unless it says so. */
  @IsBoolean(FLAG)
  gc = false;

  @IsDuration()
  gcDelay: Duration = milliseconds(3_600_000);

  @IsDuration(PERIOD)
  @IsPositive(PERIOD)
  gcInterval: Duration = milliseconds(3_600_000);

  /** Whether an answer waits until the bytes are on the disk (fsync). */
  @IsBoolean(FLAG)
  commit = true;
}
