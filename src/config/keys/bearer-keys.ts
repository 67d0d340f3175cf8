import { built, type KeyTable, refusedSection } from './key-rule.js';

const SECRETS_MANAGER =
  'keys out of the AWS Secrets Manager are not built: mount them as a file and name it in `http.auth.bearer.cert`';
const UPSTREAM =
  'passing a login on to another token server is not built: clients ask it themselves at `http.auth.bearer.realm`';

/** `http.auth.bearer`: tokens. */
export const BEARER_KEYS: KeyTable = {
  'http.auth.bearer': built(
    "tokens: of somebody else's token server with `cert` or `jwks`, otherwise this server gives them out at `/auth/token`",
  ),
  'http.auth.bearer.realm': built('the URL where clients fetch tokens; default that of this server'),
  'http.auth.bearer.service': built('whom the tokens are for; default `berth`'),
  'http.auth.bearer.cert': built(
    'path of the certificate, public key (PEM) or key set (JWKS) that tokens are verified with; read again when it changes',
  ),
  'http.auth.bearer.jwks': built('URL of such a key set, instead of `cert`; not in zot'),
  'http.auth.bearer.key': built(
    'path of the private key, PEM, that this server signs with; by default one is made and kept with the data; not in zot',
  ),
  'http.auth.bearer.tokenLifetime': built('how long a token of this server lives; default `5m`; not in zot'),
  ...refusedSection('http.auth.bearer.awsSecretsManager', SECRETS_MANAGER, ['region', 'secretName', 'refreshInterval']),
  ...refusedSection('http.auth.bearer.upstreamTokenEndpoint', UPSTREAM, ['realm', 'service', 'allowInsecureHttp']),
  'http.auth.bearer.oidc': built('issuers whose tokens workloads show, as Bearer or as the password of Basic'),
  'http.auth.bearer.oidc[].issuer': built('its URL, as the tokens have it'),
  'http.auth.bearer.oidc[].audiences': built('a token must be for one of these'),
  'http.auth.bearer.oidc[].claimMapping': built('what user and groups are made of, in CEL'),
  'http.auth.bearer.oidc[].claimMapping.variables': built('values that later expressions use as `vars.<name>`'),
  'http.auth.bearer.oidc[].claimMapping.variables[].name': built('its name'),
  'http.auth.bearer.oidc[].claimMapping.variables[].expression': built('its value'),
  'http.auth.bearer.oidc[].claimMapping.validations': built('what must be true of a token'),
  'http.auth.bearer.oidc[].claimMapping.validations[].expression': built('an expression that must be true'),
  'http.auth.bearer.oidc[].claimMapping.validations[].message': built('what is said where it is not'),
  'http.auth.bearer.oidc[].claimMapping.username': built("the user; default `claims.iss + '/' + claims.sub`"),
  'http.auth.bearer.oidc[].claimMapping.groups': built('a list of groups; none by default'),
  'http.auth.bearer.oidc[].certificateAuthority': built(
    "the authorities that the issuer's certificate must come from, PEM",
  ),
  'http.auth.bearer.oidc[].certificateAuthorityFile': built('path of such'),
  'http.auth.bearer.oidc[].skipIssuerVerification': built(
    '`true`: the issuer in a token need not be the one asked; default `false`',
  ),
  'http.auth.bearer.oidc[].jwksUri': built('where its keys are, for an issuer without discovery; not in zot'),
  'http.auth.bearer.oidc[].jwksFile': built('path of its keys, for an issuer that cannot be reached; not in zot'),
};
