import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { parseRepositoryGlob } from '@berth/sdk';
import { literalPrefix, type Pattern, plainText, repositoryGlobOf } from '../language/pattern.js';
import { type NamedRepository, RepositoryNames } from '../read/repository-names.js';

/** Names that are compared before others have their turn. */
const AT_ONCE = 200;

/** Which repositories a pattern describes, as access rules read it: a star does not go over a slash, two do. */
@Injectable()
export class RepositoryResolver {
  constructor(private readonly names: RepositoryNames) {}

  async matching(pattern: Pattern): Promise<readonly number[]> {
    const all = await this.names.all();
    const text = plainText(pattern);
    if (text !== undefined) return all.filter(({ name }) => name === text).map(({ id }) => id);
    const glob = parseRepositoryGlob(repositoryGlobOf(pattern));
    if (!glob) return [];
    const candidates = all.filter(isPossible(pattern));
    const ids: number[] = [];
    for (const [at, { id, name }] of candidates.entries()) {
      if (glob.matches(name)) ids.push(id);
      if (at % AT_ONCE === AT_ONCE - 1) await turn();
    }
    return ids;
  }
}

/** Cheap, and rarely wrong: the pattern itself is asked of few names. */
function isPossible(pattern: Pattern): (repository: NamedRepository) => boolean {
  // `team/**` describes `team` too.
  const prefix = literalPrefix(pattern).replace(/\/$/, '');
  const pieces = pattern
    .slice(1)
    .flatMap((piece) => (typeof piece === 'string' ? [] : [piece.text.replace(/^\/|\/$/g, '')]));
  return ({ name }) => name.startsWith(prefix) && pieces.every((piece) => name.includes(piece));
}
