import { describe, expect, it } from 'vitest';
import { parseHtpasswd } from './htpasswd-file.js';

const SHA1 = '{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=';
const APR1 = '$apr1$4V/5HLXH$uUofjlECAgtdDbeNflmJz.';

const parse = (text: string): ReturnType<typeof parseHtpasswd> => parseHtpasswd(Buffer.from(text));
const usersOf = (text: string): string[] => [...parse(text).users.keys()];

describe('an htpasswd file', () => {
  it('has users and their hashes', () => {
    const { users, malformed, repeated } = parse(`anna:${SHA1}\nbert:${APR1}\n`);
    expect([...users].map(([user, { text }]) => [user, text])).toEqual([
      ['anna', SHA1],
      ['bert', APR1],
    ]);
    expect([malformed, repeated]).toEqual([[], []]);
  });

  it.each([
    ['comments and blank lines', `# of the team\n\n  \nanna:${SHA1}\n  # last\n`],
    ['ends of lines as Windows has them', `# of the team\r\nanna:${SHA1}\r\n`],
    ['a byte order mark', `\ufeffanna:${SHA1}\n`],
    ['blanks around a line', `  anna:${SHA1}\t \n`],
    ['no end of the last line', `anna:${SHA1}`],
    ['more behind a second colon, as Apache does', `anna:${SHA1}:Anna of the team:x\n`],
  ])('may have %s', (_what, text) => {
    expect(parse(text)).toMatchObject({ malformed: [], repeated: [] });
    expect(parse(text).users.get('anna')?.text).toBe(SHA1);
  });

  it('may be empty', () => {
    expect(parse('')).toEqual({ users: new Map(), malformed: [], repeated: [] });
  });

  it('takes names of any script, and those of properties of objects', () => {
    const names = ['jürgen', '小明', '__proto__', 'constructor', 'a b', 'a@b.example'];
    expect(usersOf(names.map((name) => `${name}:${SHA1}`).join('\n'))).toEqual(names);
  });

  it('names each malformed line by its number and its reason, and the others work', () => {
    const lines = ['anna', `:${SHA1}`, 'bert:plain text', `be\x1brt:${SHA1}`, 'cora:', `dora:${SHA1}`];
    expect(parse(lines.join('\r\n')).malformed).toEqual([
      { line: 1, reason: 'it has no colon' },
      { line: 2, reason: 'it has no user' },
      { line: 3, reason: 'it has no hash of a known scheme; plain text is not supported' },
      { line: 4, reason: 'its user has a control character' },
      { line: 5, reason: 'it has no hash' },
    ]);
    expect(usersOf(lines.join('\n'))).toEqual(['dora']);
  });

  it('has one malformed line where one is no UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from(`anna:${SHA1}\nj\xfcrgen:${SHA1}\n`, 'latin1'), Buffer.from(`ö:${SHA1}`)]);
    expect(parseHtpasswd(bytes)).toMatchObject({ malformed: [{ line: 2, reason: 'it is not UTF-8' }] });
    expect([...parseHtpasswd(bytes).users.keys()]).toEqual(['anna', 'ö']);
  });

  it('has a user who stands twice by the last line that is right', () => {
    const { users, repeated } = parse(`anna:${SHA1}\nbert:${SHA1}\nanna:${APR1}\nanna:plain\n`);
    expect(users.get('anna')?.text).toBe(APR1);
    expect(repeated).toEqual([{ line: 3, reason: 'it counts instead of line 1' }]);
  });
});
