import {
  type AccessGrant,
  type Action,
  ACTIONS,
  type Identity,
  isSection,
  parseRepositoryName,
  type RepositoryName,
  type Section,
} from '@berth/sdk';
import { wordsOf } from './token-scope.js';

/** The claim that holds what Docker's words cannot say. */
const OURS = 'berth';
const CATALOG = { type: 'registry', name: 'catalog', actions: ['*'] };

/** What was found that somebody may do. */
export interface Granted {
  readonly repositories: ReadonlyMap<RepositoryName, readonly Action[]>;
  readonly catalog: boolean;
}

/** The claims of a token that say who has it and what for. Docker's words are for others; ours keep to create and to update apart. */
export function writeIssuedClaims({ user, groups, method, credentialId, claims }: Identity, granted: Granted): Section {
  const entries = [...granted.repositories].map(([name, may]) => ({
    type: 'repository',
    name,
    actions: wordsOf(may),
    may,
  }));
  return {
    ...(user !== undefined && { sub: user }),
    access: [...entries, ...(granted.catalog ? [CATALOG] : [])],
    [OURS]: {
      method,
      ...(groups.length > 0 && { groups }),
      ...(credentialId !== undefined && { key: credentialId }),
      ...(claims !== undefined && { claims }),
    },
  };
}

/** Whom `claims`, which this server has signed, are about. What is not as it was written grants nothing. */
export function readIssuedClaims(claims: Section): Identity {
  const ours = isSection(claims[OURS]) ? claims[OURS] : {};
  const { sub } = claims;
  const access = Array.isArray(claims['access']) ? claims['access'].filter(isSection) : [];
  const mayListCatalog = access.some(({ type, name }) => type === CATALOG.type && name === CATALOG.name);
  return {
    user: typeof sub === 'string' ? sub : undefined,
    groups: Array.isArray(ours['groups']) ? ours['groups'].filter((group) => typeof group === 'string') : [],
    method: 'bearer',
    limits: access.flatMap(grantOf),
    ...(mayListCatalog && { mayListCatalog: true as const }),
    ...(typeof ours['key'] === 'string' && { credentialId: ours['key'] }),
    ...(isSection(ours['claims']) && { claims: ours['claims'] }),
  };
}

function grantOf({ type, name, may }: Section): readonly AccessGrant[] {
  const repository = type === 'repository' && typeof name === 'string' ? parseRepositoryName(name) : undefined;
  if (repository === undefined || !Array.isArray(may)) return [];
  return [{ repositories: repository, actions: ACTIONS.filter((action) => may.includes(action)) }];
}
