import { built, type KeyTable } from './key-rule.js';

const POLICY = 'http.accessControl.repositories.<pattern>.policies[]';

/** `http.accessControl`: who may do what. */
export const ACCESS_CONTROL_KEYS: KeyTable = {
  'http.accessControl': built(
    'who may do what; without it whoever is known may do everything, and nobody else anything',
  ),
  'http.accessControl.groups': built('groups of users, beside those that a directory or a token names'),
  'http.accessControl.groups.<group>.users': built('who is in it'),
  'http.accessControl.repositories': built('rules by pattern over repositories'),
  'http.accessControl.repositories.<pattern>.policies': built('what users and groups may do'),
  [`${POLICY}.users`]: built('whom it is for'),
  [`${POLICY}.groups`]: built('whom it is for'),
  [`${POLICY}.actions`]: built('`read`, `create`, `update`, `delete`, `detectManifestCollision`'),
  [`${POLICY}.conditions`]: built('what must be true besides, in CEL'),
  [`${POLICY}.conditions[].expression`]: built('an expression over `req`'),
  [`${POLICY}.conditions[].message`]: built('what is said to whoever is refused for it'),
  'http.accessControl.repositories.<pattern>.defaultPolicy': built('what everyone who is known may do'),
  'http.accessControl.repositories.<pattern>.anonymousPolicy': built('what everyone may do who is not'),
  'http.accessControl.patternOrder': built(
    'which of several patterns decides: `longest` (default, as zot) or `specific`; not in zot',
  ),
  'http.accessControl.adminPolicy': built('what administrators may do everywhere'),
  'http.accessControl.adminPolicy.users': built('who they are'),
  'http.accessControl.adminPolicy.groups': built('who they are'),
  'http.accessControl.adminPolicy.actions': built('what they may do; default everything'),
  'http.accessControl.metrics': built('who may read the metrics'),
  'http.accessControl.metrics.users': built('who they are'),
  'http.accessControl.metrics.anonymousPolicy': built('`["read"]`: everyone'),
  'http.accessControl.permissions': built('who holds permissions of plugins, by `<plugin>.<permission>`; not in zot'),
  'http.accessControl.permissions.<permission>.users': built('whom it is for'),
  'http.accessControl.permissions.<permission>.groups': built('whom it is for'),
  'http.accessControl.permissions.<permission>.authenticated': built('`true`: for everyone who is known'),
  'http.accessControl.permissions.<permission>.anonymous': built('`true`: for everyone'),
};
