import { isSection } from '@berth/sdk';

/** How to say to an upstream who we are: a password, a token that its token service takes for others, or one that it takes itself. */
export type Login =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'identity'; readonly token: string }
  | { readonly kind: 'bearer'; readonly token: string };

/** Hosts and the login for each. */
export type Logins = ReadonlyMap<string, Login>;

/** What docker's configuration says beside that: which programs know logins. */
export interface DockerLogins {
  readonly logins: Logins;
  /** Program for each host. */
  readonly helpers: ReadonlyMap<string, string>;
  /** Program for every other host. */
  readonly store: string | undefined;
}

/** Where a helper gives an identity token in place of a password, this is the user. */
const IDENTITY_USER = '<token>';

/** @throws Error that says what is wrong, and holds no secret */
export function parseZotCredentials(text: string): Logins {
  const document = parse(text);
  return new Map(
    Object.entries(document).map(([host, entry]) => {
      const { username, password } = isSection(entry) ? entry : {};
      if (typeof username !== 'string' || typeof password !== 'string') {
        throw new Error(`${JSON.stringify(host)} needs a username and a password`);
      }
      return [hostOf(host), { kind: 'password', user: username, password }] as const;
    }),
  );
}

/** @throws Error that says what is wrong, and holds no secret */
export function parseDockerConfig(text: string): DockerLogins {
  const { auths, credHelpers, credsStore } = parse(text);
  const logins = new Map<string, Login>();
  for (const [host, entry] of Object.entries(isSection(auths) ? auths : {})) {
    const login = isSection(entry) ? loginOfEntry(entry) : undefined;
    if (login) logins.set(hostOf(host), login);
  }
  const helpers = Object.entries(isSection(credHelpers) ? credHelpers : {}).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  );
  return {
    logins,
    helpers: new Map(helpers.map(([host, program]) => [hostOf(host), program])),
    store: typeof credsStore === 'string' && credsStore !== '' ? credsStore : undefined,
  };
}

export function loginOf(user: string, secret: string): Login {
  return user === IDENTITY_USER ? { kind: 'identity', token: secret } : { kind: 'password', user, password: secret };
}

/** The value of an `Authorization` that says user and password. */
export function basicOf({ user, password }: Extract<Login, { kind: 'password' }>): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function loginOfEntry(entry: Readonly<Record<string, unknown>>): Login | undefined {
  const { auth, username, password, identitytoken } = entry;
  if (typeof identitytoken === 'string' && identitytoken !== '') return { kind: 'identity', token: identitytoken };
  if (typeof auth === 'string' && auth !== '') {
    const text = Buffer.from(auth, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    return colon < 0 ? undefined : loginOf(text.slice(0, colon), text.slice(colon + 1).replace(/\0+$/, ''));
  }
  return typeof username === 'string' && typeof password === 'string' && username !== ''
    ? loginOf(username, password)
    : undefined;
}

/** `https://index.docker.io/v1/` stands in files for the host of it. */
function hostOf(key: string): string {
  return key
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
    .toLowerCase();
}

function parse(text: string): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // What the parser says may have a piece of the text in it.
    throw new Error('it is not JSON');
  }
  if (!isSection(document)) throw new Error('it is not a JSON object');
  return document;
}
