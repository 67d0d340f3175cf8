import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonFault } from './json-fault.js';

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('findJsonFault', () => {
  it.each([
    ['{"a": 1,}', 1, 9, '"}"', 'a key in straight double quotes'],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, '"\\""', '"," or "}"'],
    ['{"a": 1', 1, 8, 'the end of the file', '"," or "}"'],
    ['{"a": }', 1, 7, '"}"', 'a value'],
    ['{"a" 1}', 1, 6, '"1"', '":"'],
    ["{'a': 1}", 1, 2, '"\'"', 'a key in straight double quotes, or "}"'],
    ['{"a": nope}', 1, 7, '"nope"', 'a value'],
    ['[1, 2', 1, 6, 'the end of the file', '"," or "]"'],
    ['{} {}', 1, 4, '"{"', 'the end of the file'],
    ['{ // port\n}', 1, 3, '"/"', 'a key in straight double quotes, or "}"'],
    ['{"a": "b\n"}', 1, 9, 'the end of the line', 'the rest of the string, and a closing quote (")'],
    ['', 1, 1, 'the end of the file', 'a value'],
  ])('says where %j stops being JSON', (text, line, column, found, expected) => {
    expect(findJsonFault(text)).toEqual({ line, column, found, expected });
  });

  it.each([
    ['\u201c', '201C'],
    ['\u201d', '201D'],
    ['\u2018', '2018'],
    ['\u2019', '2019'],
    ['\u201e', '201E'],
    ['\u00ab', '00AB'],
  ])('names the typographic quote %s', (quote, code) => {
    expect(findJsonFault(`{\n  ${quote}port${quote}: 8080 }`)).toEqual({
      line: 2,
      column: 3,
      found: `${quote} (U+${code}), a typographic quote`,
      expected: 'straight quotes (") around keys and strings',
    });
  });

  it('names a typographic quote that stands where a string should end', () => {
    expect(findJsonFault('{ "port\u201d: 8080 }')).toMatchObject({
      line: 1,
      column: 8,
      found: '\u201d (U+201D), a typographic quote, in a string that does not end',
    });
  });

  it('names a typographic quote that made two strings one', () => {
    expect(findJsonFault('{"port\u201d: "8080"}')?.found).toBe(
      '"8080" after a string with \u201d (U+201D), a typographic quote, at line 1, column 7',
    );
  });

  it('does not blame an apostrophe in a string', () => {
    expect(findJsonFault('{"it\u2019s" 5}')?.found).toBe('"5"');
  });

  it('finds no fault in what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 2, '\t'), (text, indent) => {
        expect(findJsonFault(JSON.stringify(JSON.parse(text), null, indent))).toBeUndefined();
      }),
    );
  });

  it('agrees with JSON.parse on every text about what is JSON', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '"',
      '\\',
      '\\u00e9',
      '1',
      '-',
      '0',
      '.5',
      'e3',
      'true',
      'null',
    ];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...pieces, ' ', '\n', '\u0000', '\u007f', '\u00a0'), fc.string()), {
          maxLength: 8,
        }),
        (parts) => {
          const text = parts.join('');
          expect(findJsonFault(text) === undefined).toBe(parses(text));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
