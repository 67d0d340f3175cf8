import type { SecureContext } from 'node:tls';
import { parseLdapAddress } from './ldap-address.js';
import type { LdapConfig } from './ldap.config.js';

/** Who searches. */
export interface ServiceAccount {
  readonly dn: string;
  readonly password: string;
}

/** One server and how it is spoken to. */
export interface LdapEndpoint {
  readonly host: string;
  readonly port: number;
  /** `startTls`: a connection begins in the clear, and nothing is said on it but that TLS is wanted. */
  readonly security: 'none' | 'tls' | 'startTls';
  readonly skipVerify: boolean;
}

/** What the files of the section hold. */
export interface LdapMaterial {
  readonly account: ServiceAccount | undefined;
  readonly secureContext: SecureContext;
}

/** The servers of a section, in its order. */
export function ldapEndpoints(config: LdapConfig): readonly LdapEndpoint[] {
  const { insecure, startTLS, skipVerify } = config;
  const security = insecure ? (startTLS ? 'startTls' : 'none') : 'tls';
  return config.address.map((text) => {
    const address = parseLdapAddress(text);
    if (!address) throw new Error(`http.auth.ldap.address: ${text} is no address`);
    return { host: address.host, port: address.port ?? config.port ?? (insecure ? 389 : 636), security, skipVerify };
  });
}

/** What an administrator should know of how passwords travel to a server, if anything. */
export function dangerOf({ host, security, skipVerify }: LdapEndpoint): string | undefined {
  if (/^(127\.|::1$|localhost$)/.test(host)) return undefined;
  if (security === 'none') return 'passwords go to the LDAP server without TLS: set "startTLS", or "insecure" to false';
  if (skipVerify) return 'anybody on the way may pose as the LDAP server: "skipVerify" takes any certificate';
  return undefined;
}
