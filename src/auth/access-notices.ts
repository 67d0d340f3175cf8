import type { AuthSettings } from './auth-settings.js';
import { explainOpenAccess } from './policy/rule-report.js';

/** `localhost` is what every system calls itself. RFC 6761 section 6.3 */
const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|\[::1\]|localhost)$/i;

/** What whoever wonders about 401 for everyone wants to know next. */
const KNOWN_ONLY =
  'no access rules: who is known may do everything, others nothing; for everyone to read: ' +
  '"accessControl": { "repositories": { "**": { "anonymousPolicy": ["read"] } } }';

/** Whether there is any way of showing who one is. */
export function isAuthenticating({
  auth,
  certificates,
  hasContributed,
}: Omit<AuthSettings, 'accessControl' | 'realm'>): boolean {
  return (
    certificates ||
    hasContributed === true ||
    Boolean(auth?.htpasswd ?? auth?.ldap ?? auth?.bearer) ||
    auth?.apikey === true
  );
}

/** What is said of a section that looks as if it shut something, and does not. */
export function idleAuthentication(settings: AuthSettings): readonly string[] {
  if (!settings.auth || isAuthenticating(settings)) return [];
  const rest = settings.accessControl ? 'nobody can log in' : 'everyone may do everything';
  return [`http.auth names no way to show who one is (htpasswd, ldap, bearer or apikey, or http.tls.cacert): ${rest}`];
}

/** What whoever starts a server should know of who may do what, one line each. */
export function accessNotices(settings: AuthSettings, address: string): readonly string[] {
  const { accessControl } = settings;
  const idle = idleAuthentication(settings);
  if (accessControl) return [...idle, ...explainOpenAccess(accessControl).map((line) => `open: ${line}`)];
  if (idle.length > 0) return idle;
  if (isAuthenticating(settings)) return [KNOWN_ONLY];
  if (LOOPBACK.test(address)) return [];
  return [`there is no authentication: everyone who reaches ${address} may read, push and delete everything`];
}
