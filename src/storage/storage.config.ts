import { DEFAULT_STORE, type Duration, IsDuration, isStoreName, milliseconds, NamedSections } from '@berth/sdk';
import { IsBoolean, IsNotEmpty, IsPositive, IsString } from 'class-validator';
import { HaveRootsApart } from './have-roots-apart.js';
import { IsMinFreeSpace } from './min-free-space.js';
import { StoreConfig } from './store.config.js';
import { isRoute } from './store-routes.js';
import { SubPathConfig } from './sub-path.config.js';

const FLAG = { message: 'true or false' };
const FOLDER = { message: 'the path of a folder' };
const PERIOD = { message: 'a duration above zero such as "1h"; collection is turned off by "gc": false' };

/** `storage`: where the data lies and when garbage is collected. Durations are milliseconds. */
export class StorageConfig {
  /** A relative path counts from the working directory of the process. */
  @IsString(FOLDER)
  @IsNotEmpty(FOLDER)
  rootDirectory = './data';

  /** One copy per digest is always kept; `false` changes nothing and is warned about. */
  @IsBoolean(FLAG)
  dedupe = true;

  @IsBoolean(FLAG)
  gc = true;

  /** How old unreferenced content and stale uploads must be before they may go. */
  @IsDuration()
  gcDelay: Duration = milliseconds(3_600_000);

  @IsDuration(PERIOD)
  @IsPositive(PERIOD)
  gcInterval: Duration = milliseconds(3_600_000);

  /** What stays free of the disk where upstreams are mirrored: a share such as "5%", or a size. */
  @IsMinFreeSpace()
  minFreeSpace: string | number = '5%';

  /** Whether an answer waits until the bytes are on the disk (fsync). */
  @IsBoolean(FLAG)
  commit = true;

  /** By name: what a plugin may send content to, such as that of an upstream. */
  @NamedSections(() => StoreConfig, {
    wish:
      'stores such as "fast": { "rootDirectory": "/fast" }, their names of lower-case letters, digits and . _ - between ' +
      `them, and none called "${DEFAULT_STORE}", which is storage.rootDirectory`,
    isName: (name) => name !== DEFAULT_STORE && isStoreName(name),
  })
  @HaveRootsApart('rootDirectory')
  stores: ReadonlyMap<string, StoreConfig> = new Map();

  /** By route: the repositories below it have a store of their own. */
  @NamedSections(() => SubPathConfig, {
    wish: 'routes such as "/team": { "rootDirectory": "/team-data" }: a slash, and the start of names of repositories',
    isName: isRoute,
  })
  @HaveRootsApart('rootDirectory', 'stores')
  subPaths: ReadonlyMap<string, SubPathConfig> = new Map();
}
