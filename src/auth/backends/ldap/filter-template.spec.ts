import fc from 'fast-check';
import { BerReader, BerWriter, FilterParser } from 'ldapts';
import { describe, expect, it } from 'vitest';
import { FilterTemplate, type FilterValues } from './filter-template.js';

/** As a server reads it. */
function received(template: string, values: FilterValues): string {
  const writer = new BerWriter();
  new FilterTemplate(template).fill(values).write(writer);
  return FilterParser.parse(new BerReader(writer.buffer)).toString();
}

describe('FilterTemplate', () => {
  it.each([
    ['(member={dn})', '(member=uid=a,dc=b)'],
    ['member={dn}', '(member=uid=a,dc=b)'],
    ['(member:1.2.840.113556.1.4.1941:={dn})', '(member:1.2.840.113556.1.4.1941:=uid=a,dc=b)'],
    ['(&(objectclass=group)(|(memberuid={user})(!(x=y))))', '(&(objectclass=group)(|(memberuid=a)(!(x=y))))'],
    ['(x=p{user}*{user}*{user}s)', '(x=pa*a*as)'],
    ['(&(x>={user})(x<={user})(x~={user}))', '(&(x>=a)(x<=a)(x~=a))'],
    ['(x={other}{user}{dn})', '(x={other}auid=a,dc=b)'],
  ])('fills %s', (template, filter) => {
    expect(received(template, { user: 'a', dn: 'uid=a,dc=b' })).toBe(filter);
  });

  it('makes no filter of what stands for a placeholder, and fills it once', () => {
    const user = '*)(uid=*\\2a$&{dn}';
    expect(received('(&(x={user})(y=a*{user}))', { user, dn: 'DN' })).toBe(
      '(&(x=\\2a\\29\\28uid=\\2a\\5c2a$&{dn})(y=a*\\2a\\29\\28uid=\\2a\\5c2a$&{dn}))',
    );
  });

  it('has the same shape whatever is filled in', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.string({ unit: 'binary', minLength: 1 }),
        (user, dn) => {
          const values = { user: user.toWellFormed(), dn: dn.toWellFormed() };
          const filter = received('(&(x={user})(|(y={dn})(z={user})))', values);
          expect(filter.match(/[()]/g)?.join('')).toBe('(()(()()))');
        },
      ),
    );
  });

  it.each(['', '(', '(x=1', '(x=1))', 'x', '(x=(y))', '(x=\\zz)', '(&)'])('refuses %j', (text) => {
    expect(() => new FilterTemplate(text)).toThrow();
  });
});
