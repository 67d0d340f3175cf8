import { cautionOfUriPattern } from '../../auth/strategies/mutual-tls/mtls.config.js';
import { BEARER_KEYS } from './bearer-keys.js';
import { built, type KeyTable, refusedSection } from './key-rule.js';
import { LDAP_KEYS } from './ldap-keys.js';

const BROWSER = 'logging in through a browser is not built yet: leave the key out';

/** `http.auth`: who users are. */
export const AUTH_KEYS: KeyTable = {
  'http.auth': built('who users are; without it and without `http.accessControl` everyone may do everything'),
  'http.auth.failDelay': built(
    'seconds that a refused login takes at least; it grows with each further one; default 0',
  ),
  'http.auth.fallback': built(
    'when the next backend is asked (LDAP, then those of plugins, then htpasswd): `unavailable`, `unknownUser`; default both; not in zot',
  ),
  'http.auth.rememberFor': built(
    'a credential that was right is not asked about again for so long; default `1m`; not in zot',
  ),
  'http.auth.htpasswd': built('users in a file'),
  'http.auth.htpasswd.path': built(
    "path of a file that Apache's `htpasswd` makes; read again within 2 s of a change; it need not be there yet",
  ),
  ...LDAP_KEYS,
  ...BEARER_KEYS,
  ...refusedSection('http.auth.openid', BROWSER, [
    'callbackAllowOrigins',
    'providers',
    'providers.<provider>.name',
    'providers.<provider>.issuer',
    'providers.<provider>.keypath',
    'providers.<provider>.scopes',
    'providers.<provider>.credentialsFile',
    'providers.<provider>.clientid',
    'providers.<provider>.clientsecret',
    'providers.<provider>.authurl',
    'providers.<provider>.tokenurl',
    'providers.<provider>.claimMapping',
    'providers.<provider>.claimMapping.username',
    'providers.<provider>.claimMapping.groups',
    'providers.google',
    'providers.gitlab',
    'providers.oidc',
    'providers.github',
  ]),
  'http.auth.apikey': built('`true`: users may make keys for their robots, at `/zot/auth/apikey`; default `false`'),
  'http.auth.apikeyMaxLifetime': built('how long such a key may live; no end by default; not in zot'),
  ...refusedSection('http.auth.sessionKeysFile', BROWSER, []),
  ...refusedSection('http.auth.sessionDriver', BROWSER, ['name', 'keyprefix', '<redis key>']),
  ...refusedSection('http.auth.secureSession', BROWSER, []),
  'http.auth.mtls': built('whom the certificate of a client names; counts with `http.tls.cacert`'),
  'http.auth.mtls.identityAttributes': built(
    'tried in order: `CommonName` (`CN`), `Subject` (`DN`), `Email` (`rfc822name`), `URI` (`URL`), `DNSName` (`DNS`); default `CommonName`',
  ),
  'http.auth.mtls.uriSanPattern': built(
    'a regular expression whose first group is the user; default: the whole URI',
    cautionOfUriPattern,
  ),
  'http.auth.mtls.uriSanIndex': built('which URI of the certificate counts; default 0'),
  'http.auth.mtls.dnsSanIndex': built('which DNS name of it counts; default 0'),
  'http.auth.mtls.emailSanIndex': built('which e-mail address of it counts; default 0'),
  'http.auth.mtls.onMismatch': built(
    'what counts where a certificate and credentials name two: `credentials` (default, as zot), `certificate`, or `refuse`; not in zot',
  ),
};
