import { isIPv6 } from 'node:net';

/** Where a server is, as it was written: scheme and port may be left to the section's other keys. */
export interface LdapAddress {
  readonly scheme: 'ldap' | 'ldaps' | undefined;
  readonly host: string;
  readonly port: number | undefined;
}

const ADDRESS = /^(?:(ldaps?):\/\/)?(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?\/?$/i;

/** "ldap.example.org", "ldap.example.org:1636", "ldaps://ldap.example.org", "[::1]:389" or "::1"; `undefined` for all else. */
export function parseLdapAddress(text: string): LdapAddress | undefined {
  if (isIPv6(text)) return { scheme: undefined, host: text, port: undefined };
  const [, scheme, host, port] = ADDRESS.exec(text) ?? [];
  if (host === undefined) return undefined;
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  if (bare !== host && !isIPv6(bare)) return undefined;
  if (port !== undefined && (Number(port) === 0 || Number(port) > 65_535)) return undefined;
  return { scheme: schemeOf(scheme), host: bare, port: port === undefined ? undefined : Number(port) };
}

function schemeOf(text: string | undefined): LdapAddress['scheme'] {
  if (text === undefined) return undefined;
  return text.toLowerCase() === 'ldaps' ? 'ldaps' : 'ldap';
}
