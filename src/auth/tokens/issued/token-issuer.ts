import { randomUUID } from 'node:crypto';
import type { AccessControl, Action, Clock, Duration, Identity, RepositoryName } from '@berth/sdk';
import type { Jose } from '../jose.js';
import { type Granted, writeIssuedClaims } from './issued-claims.js';
import type { CurrentSigningKey } from './current-signing-key.js';
import { parseTokenScope, wordsOf } from './token-scope.js';

/** Clients take less for a minute. Seconds. */
const SHORTEST = 60;

export interface TokenIssuerParts {
  readonly jose: Jose;
  readonly keys: CurrentSigningKey;
  /** Who issues the tokens and whom they are for: this registry, whichever process and under whatever name it was asked. */
  readonly service: string;
  readonly lifetime: Duration;
  readonly access: Pick<AccessControl, 'may'>;
  readonly clock: Clock;
}

export interface IssuedToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  /** Seconds from then. */
  readonly expiresIn: number;
  /** What it is good for, as a scope is written. */
  readonly scopes: readonly string[];
}

/** Which repository here a name in a scope means. */
export type MeantRepository = (name: RepositoryName) => RepositoryName;

const asNamed: MeantRepository = (name) => name;

/** Gives tokens for what is asked, as far as the access rules give it. */
export class TokenIssuer {
  constructor(private readonly parts: TokenIssuerParts) {}

  get service(): string {
    return this.parts.service;
  }

  /** `scopes`: the values of the parameter. A token for nothing is one too: it says who has it. */
  async issue(identity: Identity, scopes: readonly string[], meant: MeantRepository = asNamed): Promise<IssuedToken> {
    const { jose, keys, service, clock } = this.parts;
    const issuedAt = Math.floor(clock.now() / 1000) * 1000;
    const expiresIn = this.#lifetimeFor(identity, issuedAt);
    const granted = this.#grant(identity, scopes, meant);
    const { privateKey, kid, alg } = keys.current;
    const seconds = issuedAt / 1000;
    const token = await new jose.SignJWT({ ...writeIssuedClaims(identity, granted) })
      .setProtectedHeader({ typ: 'JWT', alg, kid })
      .setIssuer(service)
      .setAudience(service)
      .setIssuedAt(seconds)
      .setNotBefore(seconds)
      .setExpirationTime(seconds + expiresIn)
      .setJti(randomUUID())
      .sign(privateKey);
    return { token, issuedAt, expiresIn, scopes: scopesOf(granted) };
  }

  /** In seconds. A token that was got with a token of an issuer outlives that by a minute at most. */
  #lifetimeFor({ method, claims }: Identity, issuedAt: number): number {
    const longest = Math.floor(this.parts.lifetime / 1000);
    const ends = method === 'oidc' ? claims?.['exp'] : undefined;
    if (typeof ends !== 'number') return longest;
    return Math.max(SHORTEST, Math.min(longest, Math.floor(ends - issuedAt / 1000)));
  }

  #grant(identity: Identity, values: readonly string[], meant: MeantRepository): Granted {
    const asked = parseTokenScope(values);
    const asking = withoutCircumstances(identity);
    const repositories = new Map<RepositoryName, readonly Action[]>();
    for (const [named, actions] of asked.repositories) {
      const name = meant(named);
      const may = [...actions].filter((action) => this.parts.access.may(asking, action, name));
      if (may.length > 0) repositories.set(name, [...new Set([...(repositories.get(name) ?? []), ...may])]);
    }
    // Everyone sees there what the rules let him read; a credential that is limited must not show more than its limits do.
    const catalog = asked.catalog && identity.limits === undefined;
    return { repositories, catalog };
  }
}

/** Those of the request for a token are not those of the requests that it is for, at which the rules are asked again. */
function withoutCircumstances(identity: Identity): Identity {
  const { circumstances: _, ...asking } = identity;
  return asking;
}

function scopesOf({ repositories, catalog }: Granted): readonly string[] {
  const scopes = [...repositories].map(([name, may]) => `repository:${name}:${wordsOf(may).join(',')}`);
  return catalog ? [...scopes, 'registry:catalog:*'] : scopes;
}
