/** What the private slapd holds. */
export const SUFFIX = 'dc=berth,dc=test';
export const PEOPLE = `ou=people,${SUFFIX}`;
export const GROUPS = `ou=groups,${SUFFIX}`;
/** May be read without a login. */
export const OPEN = `ou=open,${SUFFIX}`;
export const SEARCHER = { bindDN: `cn=searcher,${SUFFIX}`, bindPassword: 'searcher-password' };
/** How many groups "many" is in, by their `member`. */
export const MANY_GROUPS = 200;

/** Slapd takes one that begins with "{" for a hash. */
export function passwordOf(uid: string): string {
  return `secret of ${uid}`;
}

/** Name and, where it is another one, the first part of the distinguished name. */
const PEOPLE_THERE: readonly { readonly uid: string; readonly rdn?: string; readonly below?: string }[] = [
  { uid: 'alice' },
  { uid: 'bob' },
  { uid: 'many' },
  // Spelled so that only the directory knows how.
  { uid: 'Carol' },
  { uid: 'jörg' },
  { uid: 'deep', below: `ou=far,${PEOPLE}` },
  // Whose names mean something in a filter, in a distinguished name, or in a template.
  { uid: 'star*', rdn: 'uid=star*' },
  { uid: 'b)(uid=*' },
  { uid: 'evil', rdn: 'cn=evil)(member=*\\, \\"x\\\\y\\" {user}' },
  { uid: '{dn}' },
  { uid: 'twin', rdn: 'cn=twin one' },
  { uid: 'twin', rdn: 'cn=twin two' },
  { uid: 'visible', below: OPEN },
];

function personOf({
  uid,
  rdn = `uid=${uid}`,
  below = PEOPLE,
}: (typeof PEOPLE_THERE)[number]): readonly [string, ...string[]] {
  return [
    `${rdn},${below}`,
    'objectClass: inetOrgPerson',
    `cn:: ${Buffer.from(nameOf(rdn)).toString('base64')}`,
    'sn: x',
    `uid:: ${Buffer.from(uid).toString('base64')}`,
    `userPassword:: ${Buffer.from(passwordOf(uid)).toString('base64')}`,
  ];
}

function nameOf(rdn: string): string {
  return rdn.slice(rdn.indexOf('=') + 1).replace(/\\(.)/g, '$1');
}

function groupOf(name: string, ...members: readonly string[]): readonly [string, ...string[]] {
  return [
    `cn=${name},${GROUPS}`,
    'objectClass: groupOfNames',
    `cn: ${name}`,
    ...members.map((member) => `member:: ${Buffer.from(member).toString('base64')}`),
  ];
}

const dnOf = (uid: string): string => personOf(PEOPLE_THERE.find((one) => one.uid === uid) ?? { uid })[0];

/** As LDIF. */
export function directoryLdif(): string {
  const many = Array.from({ length: MANY_GROUPS }, (_, index) => groupOf(`group-${String(index)}`, dnOf('many')));
  const entries: readonly (readonly [string, ...string[]])[] = [
    [SUFFIX, 'objectClass: dcObject', 'objectClass: organization', 'o: Berth', 'dc: berth'],
    ...[PEOPLE, `ou=far,${PEOPLE}`, GROUPS, OPEN].map((dn): readonly [string, ...string[]] => [
      dn,
      'objectClass: organizationalUnit',
    ]),
    [
      SEARCHER.bindDN,
      'objectClass: organizationalRole',
      'objectClass: simpleSecurityObject',
      'cn: searcher',
      `userPassword: ${SEARCHER.bindPassword}`,
    ],
    ...PEOPLE_THERE.map(personOf),
    groupOf('developers', dnOf('alice'), dnOf('Carol')),
    groupOf('admins', dnOf('bob')),
    groupOf('of-evil', dnOf('evil')),
    // Three deep: "many" is in the innermost.
    groupOf('inner', dnOf('many')),
    groupOf('middle', `cn=inner,${GROUPS}`),
    groupOf('outer', `cn=middle,${GROUPS}`),
    ...many,
  ];
  return entries
    .map(([dn, ...lines]) => [`dn:: ${Buffer.from(dn).toString('base64')}`, ...lines, ''].join('\n'))
    .join('\n');
}
