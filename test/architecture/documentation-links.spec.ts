import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryFiles, ROOT, textOf } from './repository-files.js';

interface Link {
  readonly from: string;
  readonly to: string;
}

/** Links of code blocks are examples, not links. */
function withoutCode(markdown: string): string {
  return markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '');
}

/** The targets of `[text](target)`, `![image](target)` and `[name]: target` in `markdown`. */
function targetsOf(markdown: string): readonly string[] {
  const text = withoutCode(markdown);
  const inline = [...text.matchAll(/\]\(\s*<?([^\s)>]+)>?[^)]*\)/g)];
  const named = [...text.matchAll(/^\[[^\]]+\]:\s*<?([^\s>]+)>?/gm)];
  return [...inline, ...named].map((match) => match[1] ?? '');
}

/** Whether `target` leads to a place in this repository rather than to a page elsewhere or a heading of its own. */
function isRelative(target: string): boolean {
  return !/^([a-z][a-z0-9+.-]*:|#|\/\/)/i.test(target);
}

/** The headings of `markdown` as a browser of repositories turns them into anchors. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = [...markdown.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map((match) => match[1] ?? '');
  return new Set(
    headings.map((text) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Why the link leads nowhere, or `undefined`. */
function faultOf({ from, to }: Link): string | undefined {
  const [path = '', anchor] = decodeURIComponent(to).split('#');
  const target = path === '' ? from : normalize(join(dirname(from), path));
  if (target.startsWith('..')) return `${from}: ${to} leaves the repository`;
  if (!existsSync(join(ROOT, target))) return `${from}: ${to} does not exist`;
  if (anchor === undefined || !target.endsWith('.md')) return undefined;
  return anchorsOf(textOf(target)).has(anchor) ? undefined : `${from}: ${to} has no such heading`;
}

const documents = repositoryFiles().filter((path) => path.endsWith('.md'));

describe('a relative link of the documentation', () => {
  it.each(documents)('of %s leads somewhere', (from) => {
    const own = targetsOf(textOf(from)).filter((target) => isRelative(target) || target.startsWith('#'));
    expect(own.map((to) => faultOf({ from, to })).filter((fault) => fault !== undefined)).toEqual([]);
  });
});

describe('the search for links', () => {
  it('finds inline, image and named links, and none in code', () => {
    const markdown = 'A [b](c.md) ![d](e.png "f")\n\n[g]: h.md\n\n`[i](j)`\n\n```\n[k](l)\n```\n';
    expect(targetsOf(markdown)).toEqual(['c.md', 'e.png', 'h.md']);
  });

  it.each(['no-such-file.md', '../../../outside.md', '../../src/sdk/README.md#no-such-heading', '#no-such-heading'])(
    'finds fault with %s',
    (to) => {
      expect(faultOf({ from: 'src/sdk/README.md', to })).toBeDefined();
    },
  );

  it.each(['index.ts', 'oci/', '../../package.json', 'README.md', '#berthsdk'])('finds no fault with %s', (to) => {
    expect(faultOf({ from: 'src/sdk/README.md', to })).toBeUndefined();
  });
});
