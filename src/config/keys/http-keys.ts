import { ACCESS_CONTROL_KEYS } from './access-control-keys.js';
import { AUTH_KEYS } from './auth-keys.js';
import { built, type KeyTable, refusedSection } from './key-rule.js';

const RATE_LIMIT = 'a rate limit is not built yet: put the server behind a proxy that limits, or leave the key out';

/** `http` and what is in it. */
export const HTTP_KEYS: KeyTable = {
  http: built('where the server listens; may be left out'),
  'http.address': built('default `127.0.0.1`; of a name, its first address, IPv4 before IPv6'),
  'http.port': built('a number or a string; 0 or "" for any free port; default `8080`'),
  'http.externalUrl': built(
    'where clients reach the server, for addresses in answers; by default as each request says, behind `http.trustedProxies` too',
  ),
  'http.trustedProxies': built(
    'addresses, networks and `loopback` whose X-Forwarded-For, -Proto, -Host and -Port count; none by default; not in zot',
  ),
  'http.allowOrigin': built('the origin that pages may call from; none by default (zot: `*`)'),
  'http.readTimeout': built('bound of a whole request with its body; none by default (zot: `60s`)'),
  'http.writeTimeout': built('bound of a whole response; none by default (zot: `60s`)'),
  'http.idleTimeout': built('a body or a response silent for so long is closed; default `60s`; not in zot'),
  'http.drainTimeout': built('how long a stopping server waits for running transfers; default `30s`; not in zot'),
  'http.tls': built('makes the listener speak TLS'),
  'http.tls.cert': built('path of the certificate chain, PEM'),
  'http.tls.key': built('path of the private key, PEM'),
  'http.tls.cacert': built('path of the authorities that verify the certificate of a client that shows one, PEM'),
  'http.realm': built('what a request for a user and a password calls the place; default `Authorization Required`'),
  ...refusedSection('http.ratelimit', RATE_LIMIT, ['rate', 'methods', 'methods[].method', 'methods[].rate']),
  'http.compat': built("a list of `docker2s2`; Docker's media types are on with and without it"),
  ...AUTH_KEYS,
  ...ACCESS_CONTROL_KEYS,
};
