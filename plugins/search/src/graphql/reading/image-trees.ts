import type { RepositoryName } from '@berth/sdk';
import type { QueryTree, Term } from '../../language/query-tree.js';

/** zot's `Filter` for images, with what is empty left out. */
export interface ImageFilter {
  readonly os: readonly string[];
  readonly architectures: readonly string[];
  readonly isSigned: boolean;
}

export const EVERYTHING: QueryTree = { kind: 'all' };

export function inRepository(repository: RepositoryName): QueryTree {
  return term({ field: 'repo', pattern: [{ text: repository }] });
}

export function withTagPrefix(prefix: string): QueryTree {
  return term({ field: 'tag', pattern: prefix === '' ? ['*'] : [{ text: prefix }, '*'] });
}

/** `beginnings`: of digests, with their algorithm. */
export function withDigest(beginnings: readonly string[]): QueryTree {
  return { kind: 'or', of: beginnings.map((prefix) => term({ field: 'digest', prefix })) };
}

/** One platform that is of both; an architecture may have its variant behind it: `arm64/v8`. */
export function passing({ os, architectures, isSigned }: ImageFilter): QueryTree {
  const signed = isSigned ? [term({ field: 'signed', isSigned: true })] : [];
  if (os.length === 0 && architectures.length === 0) return { kind: 'and', of: signed };
  const systems = os.length === 0 ? [['*'] as const] : os.map((text) => [{ text }] as const);
  const machines = architectures.length === 0 ? [undefined] : architectures.map((name) => name.split('/', 2));
  const platforms = systems.flatMap((system) =>
    machines.map((parts): QueryTree => {
      const [architecture, variant] = parts ?? [];
      return term({
        field: 'platform',
        os: system,
        architecture: architecture === undefined ? undefined : [{ text: architecture }],
        variant: variant === undefined ? undefined : [{ text: variant }],
      });
    }),
  );
  return { kind: 'and', of: [...signed, { kind: 'or', of: platforms }] };
}

export function all(...trees: readonly QueryTree[]): QueryTree {
  return { kind: 'and', of: trees };
}

function term(value: Term): QueryTree {
  return { kind: 'term', term: value };
}
