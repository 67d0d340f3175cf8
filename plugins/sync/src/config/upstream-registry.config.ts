import { type ByteSize, type Duration, IsByteSize, IsDuration, IsStore, milliseconds } from '@berth/sdk';
import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsObject,
  IsPositive,
  IsString,
  Min,
  ValidateNested,
} from 'class-validator';
import { ArePlatforms } from './are-platforms.js';
import { AreHosts } from './are-hosts.js';
import { ContentConfig } from './content.config.js';
import { GoesWith } from './goes-with.js';
import { AreUpstreamUrls } from './is-upstream-url.js';
import { HaveNamespaces } from './have-namespaces.js';
import { Oauth2Config } from './oauth2.config.js';
import { Optional } from './optional.js';

const FLAG = { message: 'true or false' };
const CONTENT = { message: 'a list of objects with a prefix' };
const COUNT = { message: 'a whole number, not below zero' };
const RATE = { message: 'a number above zero' };
const TIME = { message: 'a duration such as "30s"' };
const PERIOD = { message: 'a duration above zero such as "10s"' };
const SIZE = { message: 'a size above zero such as "100GB"' };
const BANDWIDTH = { message: 'a size above zero such as "10MB"' };
const HELPER = { message: 'the name of a credential helper' };
const OAUTH2 = { message: 'an object with tokenURL' };
const SETTINGS = { message: 'an object' };
const FOLDER = { message: 'the path of a folder' };
/** None, and those that sync has itself, which take no settings but keys of their own. */
const OWN_HELPERS: ReadonlySet<string> = new Set(['', 'ecr', 'gcp', 'oauth2']);
const PUSHING = ['allow', 'deny'] as const;
const DELETED_TAGS = ['keep', 'remove'] as const;

/** No upstream is waited for longer before its answer begins: a client is answered by then. Milliseconds. */
export const LONGEST_HEADER_TIMEOUT = 20_000;

/** One upstream: zot's keys first, then Berth's own. */
export class UpstreamRegistryConfig {
  /** The upstream, and after it others that give the same. */
  @AreUpstreamUrls()
  readonly urls: readonly string[] = [];

  @IsBoolean(FLAG)
  readonly onDemand: boolean = false;

  /** From the beginning of one periodic run to that of the next; absent: there is none. Milliseconds. */
  @Optional()
  @IsDuration(PERIOD)
  @IsPositive(PERIOD)
  readonly pollInterval?: Duration;

  /** How long a tag counts as current, in milliseconds. */
  @IsDuration(TIME)
  readonly manifestCheckInterval: Duration = milliseconds(60_000);

  @Optional()
  @IsArray(CONTENT)
  @ValidateNested({ each: true, ...CONTENT })
  @Type(() => ContentConfig)
  readonly content?: readonly ContentConfig[];

  @IsBoolean(FLAG)
  readonly tlsVerify: boolean = true;

  @Optional()
  @IsString(FOLDER)
  @IsNotEmpty(FOLDER)
  readonly certDir?: string;

  @Optional()
  @IsInt(COUNT)
  @Min(0, COUNT)
  readonly maxRetries?: number;

  @Optional()
  @IsDuration(PERIOD)
  @IsPositive(PERIOD)
  readonly retryDelay?: Duration;

  @Optional()
  @IsDuration(PERIOD)
  @IsPositive(PERIOD)
  readonly maxRetryDelay?: Duration;

  /** Whether what has no signature stays away. */
  @IsBoolean(FLAG)
  readonly onlySigned: boolean = false;

  /** Whether periodic runs bring the tags that cosign names after the digest of an image. */
  @IsBoolean(FLAG)
  readonly syncLegacyCosignTags: boolean = true;

  /** Who gives the login in place of the files, by the name that a plugin gave it. */
  @IsString(HELPER)
  @GoesWith(
    (value, sibling) => value !== 'oauth2' || sibling('oauth2CredentialHelper') !== undefined,
    'the name of a credential helper; oauth2 beside oauth2CredentialHelper',
  )
  readonly credentialHelper: string = '';

  @Optional()
  @IsObject(OAUTH2)
  @ValidateNested(OAUTH2)
  @Type(() => Oauth2Config)
  @GoesWith((_, sibling) => sibling('credentialHelper') === 'oauth2', 'nothing without "credentialHelper": "oauth2"')
  readonly oauth2CredentialHelper?: Oauth2Config;

  /** What a helper of another plugin is told. */
  @Optional()
  @IsObject(SETTINGS)
  @GoesWith(
    (_, sibling) => !OWN_HELPERS.has(String(sibling('credentialHelper'))),
    'nothing: it is for credential helpers of other plugins',
  )
  readonly credentialHelperSettings?: Readonly<Record<string, unknown>>;

  @Optional()
  @IsBoolean(FLAG)
  readonly preserveDigest?: boolean;

  /** How long one tag of a periodic run may take with all that it names, in milliseconds. */
  @IsDuration(PERIOD)
  @IsPositive(PERIOD)
  readonly syncTimeout: Duration = milliseconds(3 * 3_600_000);

  /** How long an upstream may take to begin its answer, in milliseconds. */
  @IsDuration(PERIOD)
  @IsPositive(PERIOD)
  readonly responseHeaderTimeout: Duration = milliseconds(10_000);

  /** Most requests at once to each host; 0: no bound. */
  @IsInt(COUNT)
  @Min(0, COUNT)
  readonly reqConcurrent: number = 0;

  @Optional()
  @IsPositive(RATE)
  readonly reqPerSec?: number;

  @Optional()
  @IsBoolean(FLAG)
  readonly disableHTTP2?: boolean;

  @Optional()
  @IsInt(COUNT)
  @Min(0, COUNT)
  readonly maxIdleConnsPerHost?: number;

  /** What containerd sends as `?ns=` and this upstream answers for. */
  @AreHosts({ mayHavePort: true })
  readonly namespaces: readonly string[] = [];

  /** Hosts that clients ask instead of sending `?ns=`: each stands for the first namespace. */
  @AreHosts({ mayHavePort: false })
  @HaveNamespaces()
  readonly hostAliases: readonly string[] = [];

  @IsIn(PUSHING, { message: `one of ${PUSHING.join(', ')}` })
  readonly push: (typeof PUSHING)[number] = 'allow';

  /** Nothing is asked of it: what is held is served. */
  @IsBoolean(FLAG)
  readonly offline: boolean = false;

  /** Whether a tag that is held is served while the upstream cannot say if it is current. */
  @IsBoolean(FLAG)
  readonly staleIfError: boolean = true;

  /** What becomes of a tag that is held and that the upstream has no more. */
  @IsIn(DELETED_TAGS, { message: `one of ${DELETED_TAGS.join(', ')}` })
  readonly deletedTags: (typeof DELETED_TAGS)[number] = 'keep';

  /** What periodic runs fetch of an index; absent: all of it. */
  @Optional()
  @ArePlatforms()
  readonly platforms?: readonly string[];

  /** The store that what comes from it lies in. */
  @Optional()
  @IsStore()
  readonly storage?: string;

  /** Most bytes that are kept of it. */
  @Optional()
  @IsByteSize(SIZE)
  @IsPositive(SIZE)
  readonly maxBytes?: ByteSize;

  /** Most bytes in a second, of all its transfers together. */
  @Optional()
  @IsByteSize(BANDWIDTH)
  @IsPositive(BANDWIDTH)
  readonly bytesPerSecond?: ByteSize;
}
