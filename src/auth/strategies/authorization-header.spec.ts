import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAuthorization } from './authorization-header.js';

function basic(text: string | Buffer, scheme = 'Basic '): string {
  return scheme + Buffer.from(text).toString('base64');
}

const parse = (header: string | undefined): ReturnType<typeof parseAuthorization> =>
  parseAuthorization(header, header === undefined ? [] : ['Host', 'x', 'Authorization', header]);

describe('the Authorization header', () => {
  it('is not there where nobody says who they are', () => {
    expect(parse(undefined)).toEqual({ scheme: 'none' });
  });

  it.each([
    ['as RFC 7617 has it', basic('ann:secret'), 'ann', 'secret'],
    ['with a password that has colons', basic('ann:a:b::c'), 'ann', 'a:b::c'],
    ['in UTF-8', basic('jürgen:пароль 密码'), 'jürgen', 'пароль 密码'],
    ['in Latin-1, as old clients send it', basic(Buffer.from('jürgen:pä', 'latin1')), 'jürgen', 'pä'],
    ['with a colon behind the scheme, as people type it', basic('admin:admin', 'Basic: '), 'admin', 'admin'],
    ['in lower case', basic('ann:secret', 'basic '), 'ann', 'secret'],
    ['with several spaces', basic('ann:secret', 'Basic    '), 'ann', 'secret'],
    ['without padding', basic('ann:secret').replace(/=+$/, ''), 'ann', 'secret'],
  ])('gives user and password %s', (_, header, user, password) => {
    expect(parse(header)).toEqual({ scheme: 'basic', credentials: { user, password } });
  });

  it('gives a bearer token', () => {
    expect(parse('Bearer aa.bb-_.cc')).toEqual({ scheme: 'bearer', token: 'aa.bb-_.cc' });
  });

  it.each([
    ['no base64', 'Basic a b'],
    ['nothing', 'Basic '],
    ['no colon', basic('ann')],
    ['an empty password', basic('ann:')],
    ['an empty user', basic(':secret')],
    ['a NUL', basic('ann:se\0cret')],
    ['a line break in the user', basic('an\nn:secret')],
    ['a password of 100 KB', basic(`ann:${'x'.repeat(100_000)}`)],
    ['another scheme', 'Digest username="ann"'],
    ['an empty header', ''],
    ['two tokens', 'Bearer a b'],
  ])('is refused with %s', (_, header) => {
    expect(parse(header).scheme).toBe('malformed');
  });

  it('is refused where it comes twice, since another reader would take the other one', () => {
    const headers = ['authorization', basic('ann:secret'), 'AUTHORIZATION', basic('bob:secret')];
    expect(parseAuthorization(headers[1], headers)).toEqual({
      scheme: 'malformed',
      reason: 'several Authorization headers',
    });
  });

  it('gives whatever user and password a client puts in it', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });

    const user = text.filter((value) => !/[:\x00-\x1f\x7f]/.test(value));

    const password = text.filter((value) => !/[\x00-\x1f\x7f\ufffd]/.test(value));
    fc.assert(
      fc.property(user, password, (name, secret) => {
        fc.pre(!name.includes('\ufffd'));
        expect(parse(basic(`${name}:${secret}`))).toEqual({
          scheme: 'basic',
          credentials: { user: name, password: secret },
        });
      }),
    );
  });

  it('shows nothing of what it was in the reason', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12 }), (secret) => {
        const parsed = parse(`Basic ${secret}!`);
        expect(JSON.stringify(parsed)).not.toContain(secret);
      }),
    );
  });
});
