import { built, type KeyTable } from './key-rule.js';

/** `http.auth.ldap`: users and groups in a directory. */
export const LDAP_KEYS: KeyTable = {
  'http.auth.ldap': built('users and groups in a directory, which is asked before htpasswd'),
  'http.auth.ldap.address': built('one host, or several that are tried in order; in zot one'),
  'http.auth.ldap.port': built('default 636, and 389 with `insecure`'),
  'http.auth.ldap.insecure': built('`true`: no TLS from the start; default `false`'),
  'http.auth.ldap.startTLS': built('`true`, with `insecure`: TLS before anything else is said; default `false`'),
  'http.auth.ldap.skipVerify': built("`true`: any certificate is taken for the server's; default `false`"),
  'http.auth.ldap.caCert': built(
    "path of the authorities that the server's certificate must come from, PEM; default those of the system",
  ),
  'http.auth.ldap.cert': built('path of the certificate that is shown to the server, PEM; not in zot'),
  'http.auth.ldap.key': built('path of its private key, PEM; not in zot'),
  'http.auth.ldap.credentialsFile': built(
    'path of JSON `{"bindDN", "bindPassword"}`: who searches; without it searches are anonymous',
  ),
  'http.auth.ldap.baseDN': built('below this users are'),
  'http.auth.ldap.subtreeSearch': built('`true`: at any depth below it; default `false`: right below it'),
  'http.auth.ldap.userAttribute': built('holds the name that users log in with, such as `uid` or `sAMAccountName`'),
  'http.auth.ldap.userFilter': built("what a user's entry must match besides"),
  'http.auth.ldap.userGroupAttribute': built("an attribute of the user's entry, each value of which is a group"),
  'http.auth.ldap.groupBaseDN': built('groups are searched below this; by default they are not; not in zot'),
  'http.auth.ldap.groupFilter': built(
    'which groups a user is in, with `{dn}` and `{user}`; default: `member` or `uniqueMember` is the user; not in zot',
  ),
  'http.auth.ldap.groupNameAttribute': built('holds the name of a group; default `cn`; not in zot'),
  'http.auth.ldap.timeout': built('for a whole login, all servers together; default `5s`; not in zot'),
  'http.auth.ldap.poolSize': built('how many connections to each server search at most; default 8; not in zot'),
};
