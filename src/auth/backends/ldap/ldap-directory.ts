import { AndFilter, EqualityFilter, type Entry, type Filter, ResultCodeError, type SearchOptions } from 'ldapts';
import { firstValueOf, isBelow } from './distinguished-name.js';
import { FilterTemplate } from './filter-template.js';
import { failureOf, LdapFailure } from './ldap-failure.js';
import type { LdapPool } from './ldap-pool.js';
import type { LdapConfig } from './ldap.config.js';

export interface LdapUser {
  readonly dn: string;
  /** As the directory spells it: it compares names without case, access rules with. */
  readonly name: string;
  /** Of the attribute `userGroupAttribute`. */
  readonly groups: readonly string[];
}

/** `ambiguous`: more than one entry has that name. */
export type FoundUser = LdapUser | 'unknown' | 'ambiguous';

/** The connections of one server. */
export interface LdapConnections {
  /** Bound as the service account, and as nobody else ever. */
  readonly searching: LdapPool;
  /** Bound as whoever logged in last. */
  readonly checking: LdapPool;
}

const DEFAULT_GROUP_FILTER = '(|(member={dn})(uniqueMember={dn}))';
/** Active Directory gives no more than 1000 at once. */
const PAGE_SIZE = 500;

/** Answers of a bind as a user that are about the user: no password is set, it is locked, or may not log in. */
const NOT_LET_IN = new Set([19, 48, 49, 50, 53]);
const NO_SUCH_OBJECT = 32;

/** What is asked of a directory, in the words of its configuration. */
export class LdapDirectory {
  readonly #userFilter: FilterTemplate | undefined;
  readonly #groupFilter: FilterTemplate;

  /** @throws Error that says which filter is none */
  constructor(private readonly config: LdapConfig) {
    const { userFilter, groupFilter = DEFAULT_GROUP_FILTER } = config;
    this.#userFilter = userFilter === undefined ? undefined : templateOf('userFilter', userFilter);
    this.#groupFilter = templateOf('groupFilter', groupFilter);
  }

  /** One search. @throws LdapFailure; whatever `signal` gives */
  async find(typed: string, { searching }: LdapConnections, signal: AbortSignal): Promise<FoundUser> {
    const { baseDN, subtreeSearch, userAttribute, userGroupAttribute } = this.config;
    const attributes = [userAttribute, ...(userGroupAttribute === undefined ? [] : [userGroupAttribute])];
    const options: SearchOptions = {
      scope: subtreeSearch ? 'sub' : 'one',
      filter: this.#filterFor(typed),
      attributes,
      // One more than there may be tells that there are too many.
      sizeLimit: 2,
      timeLimit: this.#timeLimit,
    };
    const entries = await searching.use((connection) => connection.search(baseDN, options, signal), signal);
    const [entry, ...others] = entries;
    if (!entry) return 'unknown';
    return others.length > 0 ? 'ambiguous' : this.#userOf(entry, typed);
  }

  /** One bind, by which the directory says whether `password` is right. @throws LdapFailure; whatever `signal` gives */
  async isRight(
    user: LdapUser,
    password: string,
    { checking }: LdapConnections,
    signal: AbortSignal,
  ): Promise<boolean | 'unknown'> {
    try {
      const account = { dn: user.dn, password };
      await checking.use((connection) => connection.bind(account, signal), signal);
      return true;
    } catch (cause) {
      signal.throwIfAborted();
      if (!(cause instanceof ResultCodeError)) throw failureOf(cause);
      if (NOT_LET_IN.has(cause.code)) return false;
      // Deleted since it was found.
      if (cause.code === NO_SUCH_OBJECT) return 'unknown';
      throw failureOf(cause);
    }
  }

  /** All groups of `user`: of its own attribute, and by one search. @throws LdapFailure; whatever `signal` gives */
  async groupsOf(user: LdapUser, { searching }: LdapConnections, signal: AbortSignal): Promise<readonly string[]> {
    const { groupBaseDN, groupNameAttribute } = this.config;
    if (groupBaseDN === undefined) return user.groups;
    const options: SearchOptions = {
      scope: 'sub',
      filter: this.#groupFilter.fill({ dn: user.dn, user: user.name }),
      attributes: [groupNameAttribute],
      paged: { pageSize: PAGE_SIZE },
      timeLimit: this.#timeLimit,
    };
    const entries = await searching.use((connection) => connection.search(groupBaseDN, options, signal), signal);
    return unique([...user.groups, ...entries.flatMap((entry) => valuesOf(entry, groupNameAttribute))]);
  }

  /** Whole seconds, as the protocol has it. */
  get #timeLimit(): number {
    return Math.max(1, Math.ceil(this.config.timeout / 1000));
  }

  #filterFor(typed: string): Filter {
    const named = new EqualityFilter({ attribute: this.config.userAttribute, value: typed });
    if (!this.#userFilter) return named;
    return new AndFilter({ filters: [named, this.#userFilter.fill({ user: typed, dn: '' })] });
  }

  #userOf(entry: Entry, typed: string): LdapUser {
    const { userAttribute, userGroupAttribute } = this.config;
    const names = valuesOf(entry, userAttribute);
    const name = names.find((one) => folded(one) === folded(typed)) ?? names[0];
    // A bind without a name would be one of nobody, and one with the name of a mechanism something else altogether.
    if (!entry.dn.includes('=')) throw new LdapFailure("a user's entry has no distinguished name", false);
    if (name === undefined) throw new LdapFailure(`a user's entry does not show its ${userAttribute}`, false);
    const groups = userGroupAttribute === undefined ? [] : valuesOf(entry, userGroupAttribute);
    return { dn: entry.dn, name, groups: unique(groups.flatMap((group) => [group, ...this.#shortNameOf(group)])) };
  }

  /** Only of groups that lie where groups are kept, where that is known: elsewhere others may name one as they like. */
  #shortNameOf(group: string): readonly string[] {
    const { groupBaseDN } = this.config;
    const name = groupBaseDN === undefined || isBelow(group, groupBaseDN) ? firstValueOf(group) : undefined;
    return name === undefined ? [] : [name];
  }
}

function templateOf(key: string, text: string): FilterTemplate {
  try {
    return new FilterTemplate(text);
  } catch (cause) {
    throw new Error(`http.auth.ldap.${key}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** The values that are text. A server may write the attribute's name in another case, and with options. */
function valuesOf(entry: Entry, attribute: string): readonly string[] {
  const wanted = attribute.toLowerCase();
  const values = Object.entries(entry)
    .filter(([name]) => name.toLowerCase().split(';')[0] === wanted)
    .flatMap(([, value]) => value);
  return values.filter((value) => typeof value === 'string' && value !== '').map(String);
}

function folded(name: string): string {
  return name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
