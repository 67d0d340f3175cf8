import { describe, expect, it } from 'vitest';
import { parseChallenges } from './challenge.js';

function read(header: string | readonly string[] | undefined): unknown {
  return parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
}

describe('the challenges of a WWW-Authenticate', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['Basic realm="x"', [['basic', { realm: 'x' }]]],
    ['Negotiate', [['negotiate', {}]]],
    [
      'Bearer realm="https://auth.example/token",service="a, b",scope="repository:x/y:pull,push"',
      [['bearer', { realm: 'https://auth.example/token', service: 'a, b', scope: 'repository:x/y:pull,push' }]],
    ],
    ['Bearer realm = "r" , error=insufficient_scope', [['bearer', { realm: 'r', error: 'insufficient_scope' }]]],
    ['Basic realm="say \\"hi\\" \\\\"', [['basic', { realm: 'say "hi" \\' }]]],
    [
      'Negotiate, Basic realm="a", charset=UTF-8, Bearer Realm="b"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'a', charset: 'UTF-8' }],
        ['bearer', { realm: 'b' }],
      ],
    ],
    [
      ['Basic realm="a"', 'Bearer realm="b"'],
      [
        ['basic', { realm: 'a' }],
        ['bearer', { realm: 'b' }],
      ],
    ],
    [',,,', []],
  ])('of %j are read', (header, expected) => {
    expect(read(header)).toEqual(expected);
  });

  it('give nothing of a value whose quotes do not close', () => {
    const [challenge] = parseChallenges('Bearer realm="https://auth.example');
    expect([challenge?.scheme, challenge?.parameters.get('realm')]).toEqual(['bearer', '']);
  });

  it('are read in short time, however long they are', () => {
    const began = performance.now();
    parseChallenges(`Basic ${'a="\\'.repeat(20_000)}`);
    parseChallenges(' '.repeat(50_000));
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
