import 'reflect-metadata';
import { type Duration, IsDuration, milliseconds } from '@berth/sdk';
import { Transform, Type } from 'class-transformer';
import { IsArray, IsIn, IsNotEmpty, IsOptional, IsString, Matches, ValidateBy, ValidateNested } from 'class-validator';
import { parseTrustedProxy } from './trusted-proxies.js';
import { TlsConfig } from './tls/tls.config.js';

const ADDRESS = { message: 'an address such as "127.0.0.1", or "0.0.0.0" for every one of this machine' };
const PROXIES = { message: 'a list of addresses ("10.1.2.3"), networks ("10.0.0.0/8", "fd00::/8"), and "loopback"' };
const COMPAT = { message: 'a list of "docker2s2" and nothing else' };

/** Zot writes the port as a string, "8080", and takes "" and "0" for any free port. */
function IsPort(): PropertyDecorator {
  const transform = Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^[0-9]{0,5}$/.test(value) ? Number(value) : value,
  );
  const validate = ValidateBy({
    name: 'isPort',
    validator: {
      validate: (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535,
      defaultMessage: () => '$property must be a port from 1 to 65535, or 0 for any that is free',
    },
  });
  return (target, property) => {
    transform(target, property);
    validate(target, property);
  };
}

/** The address that clients use. Zot's files may have "" for none. */
function IsExternalUrl(): PropertyDecorator {
  return ValidateBy({
    name: 'isExternalUrl',
    validator: {
      validate: (value: unknown) => value === '' || (typeof value === 'string' && isExternalUrl(value)),
      defaultMessage: () =>
        'the address that clients use, such as "https://registry.example.com:8443"; no user, no query',
    },
  });
}

function isExternalUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return url.username === '' && url.password === '' && !/[?#\\\s"]/.test(text);
}

/** Of the list as a whole, under the name that the JSON Schema knows. */
function AreTrustedProxies(): PropertyDecorator {
  const isProxy = (entry: unknown): boolean => typeof entry === 'string' && parseTrustedProxy(entry) !== undefined;
  return ValidateBy({
    name: 'everyEntry',
    validator: {
      validate: (value: unknown) => Array.isArray(value) && value.every(isProxy),
      defaultMessage: () => PROXIES.message,
    },
  });
}

/** Zot takes a time-out of zero or below for "none". Stands below `@IsDuration()`, so that it sees milliseconds. */
const BelowZeroIsNone = Transform(({ value }: { value: unknown }) =>
  typeof value === 'number' ? Math.max(0, value) : value,
);

/** `http`: where the server listens and how long it waits. Durations are milliseconds. */
export class HttpConfig {
  @IsString(ADDRESS)
  @IsNotEmpty(ADDRESS)
  address = '127.0.0.1';

  /** 0: the kernel chooses. */
  @IsPort()
  port = 8080;

  @IsOptional()
  @ValidateNested()
  @Type(() => TlsConfig)
  tls?: TlsConfig;

  /** Where clients reach the server, where that is not where it listens. Absent or empty: as each request says. */
  @IsOptional()
  @IsExternalUrl()
  externalUrl?: string;

  /** Whose X-Forwarded headers count. */
  @IsArray(PROXIES)
  @IsString({ each: true, ...PROXIES })
  @AreTrustedProxies()
  trustedProxies: string[] = [];

  /** Docker's media types are always on; the list is read so that a zot file is served as it is. */
  @IsArray(COMPAT)
  @IsIn(['docker2s2'], { each: true, ...COMPAT })
  compat: string[] = [];

  /** The value of Access-Control-Allow-Origin; none is sent without it. It goes into a header as it stands. */
  @IsOptional()
  @IsString()
  @Matches(/^[\x21-\x7e]*$/, { message: 'an origin such as "https://example.com", or "*"' })
  allowOrigin?: string;

  /** Bounds a whole request with its body; absent or 0: no bound. */
  @IsOptional()
  @IsDuration()
  @BelowZeroIsNone
  readTimeout?: Duration;

  /** Bounds a whole response; absent or 0: no bound. */
  @IsOptional()
  @IsDuration()
  @BelowZeroIsNone
  writeTimeout?: Duration;

  /** A body or a response that is silent for so long is closed. */
  @IsDuration()
  idleTimeout: Duration = milliseconds(60_000);

  /** How long a server that was told to stop waits for running transfers. */
  @IsDuration()
  drainTimeout: Duration = milliseconds(30_000);
}
