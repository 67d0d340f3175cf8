import type { Identity, RequestCircumstances } from '@berth/sdk';
import type { RuleAction } from '../rule-action.js';

/** What a condition may ask of. */
export interface ConditionQuestion {
  readonly identity: Identity;
  readonly circumstances: RequestCircumstances;
  readonly action: RuleAction;
  readonly repository: string;
  readonly isAdmin: boolean;
  /** Of the identity, with those that the configuration puts its user into. */
  readonly groups: readonly string[];
  readonly now: Date;
}

/** The variable `req` of an expression, each field with its type in CEL. The names are zot's. */
export const REQUEST_FIELDS = {
  time: 'google.protobuf.Timestamp',
  method: 'string',
  userAgent: 'string',
  action: 'string',
  repository: 'string',
  reference: 'string',
  referenceType: 'string',
  tag: 'string',
  digest: 'string',
  user: { username: 'string', groups: 'list<string>' },
  auth: { anonymous: 'bool', admin: 'bool' },
  client: { ip: 'string', forwardedFor: 'string' },
  tls: { enabled: 'bool', version: 'string' },
  claims: 'map<string, dyn>',
} as const;

/** The value of `req`. What there is not is an empty text, or no claims. */
export function requestFacts(question: ConditionQuestion): Readonly<Record<keyof typeof REQUEST_FIELDS, unknown>> {
  const { identity, circumstances, action, repository, isAdmin, groups, now } = question;
  const { method, userAgent, reference, address, forwardedFor, tlsVersion } = circumstances;
  const isDigest = reference.includes(':');
  return {
    time: now,
    method,
    userAgent,
    action,
    repository,
    reference,
    referenceType: reference === '' ? '' : isDigest ? 'digest' : 'tag',
    tag: isDigest ? '' : reference,
    digest: isDigest ? reference : '',
    user: { username: identity.user ?? '', groups },
    auth: { anonymous: identity.user === undefined, admin: isAdmin },
    client: { ip: address, forwardedFor },
    tls: { enabled: tlsVersion !== undefined, version: tlsVersion ?? '' },
    claims: asCel(identity.claims ?? {}),
  };
}

/** JSON with its whole numbers as CEL has them. */
function asCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(asCel);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, held]) => [key, asCel(held)]));
}
