import { type Action, ACTIONS, parseRepositoryName } from '@berth/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTokenScope, wordsOf } from './token-scope.js';

function read(...values: string[]): Record<string, string> {
  const { repositories, catalog } = parseTokenScope(values);
  const asked = [...repositories].map(([name, actions]) => [name, [...actions].join(' ')]);
  return Object.fromEntries([...asked, ...(catalog ? [['(catalog)', '*']] : [])]) as Record<string, string>;
}

describe('a scope', () => {
  it.each([
    ['repository:a/b:pull', { 'a/b': 'read' }],
    ['repository:a/b:pull,push', { 'a/b': 'read create update' }],
    ['repository:a/b:delete,pull', { 'a/b': 'delete read' }],
    ['repository:a/b:*', { 'a/b': 'read create update delete' }],
    ['repository(plugin):a/b:pull', { 'a/b': 'read' }],
    ['registry:catalog:*', { '(catalog)': '*' }],
    ['repository:a:pull repository:b:push', { a: 'read', b: 'create update' }],
    ['repository:a:pull repository:a:push', { a: 'read create update' }],
  ])('%j asks for that', (text, asked) => {
    expect(read(text)).toEqual(asked);
  });

  it('may stand in several parameters', () => {
    expect(read('repository:a:pull', 'repository:b:pull')).toEqual({ a: 'read', b: 'read' });
  });

  it.each([
    '',
    'repository',
    'repository:',
    'repository:a',
    'repository:a:',
    'repository::pull',
    ':a:pull',
    'repository:a:pull,',
    'repository:a:,pull',
    'repository:a:PULL',
    'repository:**:pull',
    'repository:*:pull',
    'repository:a/../b:pull',
    'repository:A/b:pull',
    'repository:a%2Fb:pull',
    'repository:{a,b}:pull',
    'repository:host:5000/a:pull',
    'repository:a\u0000:pull',
    'user:a:pull',
    'REPOSITORY:a:pull',
    'registry:catalog:pull',
    'registry:other:*',
    'repository(plugin:a:pull',
    `repository:${'a'.repeat(256)}:pull`,
  ])('%j asks for nothing', (text) => {
    expect(read(text)).toEqual({});
  });

  it.each(['constructor', 'toString', 'admin', 'proto'])('asks for nothing by the action %s', (word) => {
    expect(read(`repository:a:${word.toLowerCase()}`)).toEqual({ a: '' });
  });

  it('is read a hundred times and no more', () => {
    const many = Array.from({ length: 150 }, (_, at) => `repository:r${String(at)}:pull`);
    expect(Object.keys(read(many.join(' ')))).toHaveLength(100);
  });

  it('never asks for more than it says', () => {
    const piece = fc.constantFrom(
      'repository',
      'registry',
      'a/b',
      'c',
      ':',
      ',',
      ' ',
      'pull',
      'push',
      '*',
      '(x)',
      '/',
      '',
    );
    const written = fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 30 });
    fc.assert(
      fc.property(written, (pieces) => {
        const text = pieces.join('');
        const { repositories, catalog } = parseTokenScope([text]);
        for (const [name, actions] of repositories) {
          expect(parseRepositoryName(name)).toBe(name);
          for (const word of wordsOf([...actions]))
            expect(
              text.split(' ').some((part) => part.includes(`:${name}:`) && (part.includes(word) || part.includes('*'))),
            ).toBe(true);
        }
        if (catalog) expect(text).toContain('registry');
      }),
    );
  });

  it('that is written asks for what it was written for', () => {
    const name = fc.stringMatching(/^[a-z0-9]{1,8}(\/[a-z0-9]{1,8}){0,3}$/);
    const words = fc.uniqueArray(fc.constantFrom('pull', 'push', 'delete'), { minLength: 1 });
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, words), { selector: ([text]) => text, maxLength: 20 }), (entries) => {
        const text = entries.map(([repository, asked]) => `repository:${repository}:${asked.join(',')}`).join(' ');
        const { repositories } = parseTokenScope([text]);
        const back = [...repositories].map(([repository, actions]) => [repository, wordsOf([...actions])]);
        expect(back).toEqual(
          entries.map(([repository, asked]) => [repository, expect.arrayContaining(asked) as string[]]),
        );
      }),
    );
  });
});

describe("Docker's words for actions", () => {
  it.each<[readonly Action[], readonly string[]]>([
    [['read'], ['pull']],
    [['create'], ['push']],
    [['update'], ['push']],
    [ACTIONS, ['pull', 'push', 'delete']],
    [[], []],
  ])('%j are %j', (actions, words) => {
    expect(wordsOf(actions)).toEqual(words);
  });
});
