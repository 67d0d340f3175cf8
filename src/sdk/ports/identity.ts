import type { Action } from '../oci/endpoint.js';

/** How somebody showed who they are. */
export type AuthMethod = 'anonymous' | 'basic' | 'apiKey' | 'bearer' | 'oidc' | 'mtls';

/** A part of what a credential is good for: `actions` in the repositories that `repositories` (a glob, or a name) describes. */
export interface AccessGrant {
  readonly repositories: string;
  readonly actions: readonly Action[];
}

/** What is known of the request that somebody makes, for rules that ask for it. */
export interface RequestCircumstances {
  readonly method: string;
  readonly userAgent: string;
  /** The tag or the digest that the request is about; empty where it is about none. */
  readonly reference: string;
  /** Of the client itself, as far as proxies are trusted. */
  readonly address: string;
  /** The header X-Forwarded-For as it came. */
  readonly forwardedFor: string;
  /** `TLSv1.3`; `undefined` without TLS. */
  readonly tlsVersion: string | undefined;
}

/** Who asks, as the server knows them. Frozen, and the same object for many requests of the same credential. */
export interface Identity {
  /** Absent: anonymous. */
  readonly user: string | undefined;
  readonly groups: readonly string[];
  readonly method: AuthMethod;
  /** What the credential is limited to, whatever the rules give its user; absent: to nothing. */
  readonly limits?: readonly AccessGrant[];
  /** True where `limits` alone decide: a token of somebody else's token server, which knows the rules. */
  readonly isGrantedElsewhere?: true;
  /** True where a list of all repositories is not held to `limits`, but to the rules alone; to nothing, where those are elsewhere. */
  readonly mayListCatalog?: true;
  /** Which credential it was, where one can be withdrawn on its own: the id of an API key, also behind a token that was got with it. */
  readonly credentialId?: string;
  /** Of a token. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly circumstances?: RequestCircumstances;
}

/** Nobody known. */
export const ANONYMOUS: Identity = Object.freeze({ user: undefined, groups: Object.freeze([]), method: 'anonymous' });
