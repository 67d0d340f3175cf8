import { type KeyTable, refusedSection } from './key-rule.js';

const NOT_BUILT = 'access rules are not built yet: leave the key out';

/** `http.accessControl`: who may do what. */
export const ACCESS_CONTROL_KEYS: KeyTable = {
  ...refusedSection('http.accessControl', NOT_BUILT, [
    'groups',
    'groups.<group>.users',
    'repositories',
    'repositories.<pattern>.policies',
    'repositories.<pattern>.policies[].users',
    'repositories.<pattern>.policies[].groups',
    'repositories.<pattern>.policies[].actions',
    'repositories.<pattern>.policies[].conditions',
    'repositories.<pattern>.policies[].conditions[].expression',
    'repositories.<pattern>.policies[].conditions[].message',
    'repositories.<pattern>.defaultPolicy',
    'repositories.<pattern>.anonymousPolicy',
    'adminPolicy',
    'adminPolicy.users',
    'adminPolicy.groups',
    'adminPolicy.actions',
    'metrics',
    'metrics.users',
    'metrics.anonymousPolicy',
  ]),
};
