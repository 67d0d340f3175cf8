import { Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { documentText } from './document-text.js';

describe('the text of a document', () => {
  it.each([
    ['{__schema() {types {name}}}', '{__schema   {types {name}}}'],
    ['{a( , ) b(\n)}', '{a  ,   b \n }'],
    ['{a(b: "()") # ()\n}', '{a(b: "()") # ()\n}'],
    ['{a(b: """()""")}', '{a(b: """()""")}'],
  ])('has no empty lists of arguments, and is otherwise as it was: %s', (text, expected) => {
    expect(documentText(text)).toBe(expected);
  });

  it('has its fields where they were, so that errors name places that the client knows', () => {
    const [definition] = parse(documentText('{a() b()}')).definitions;
    const places = definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [];
    expect(places.map(({ loc }) => loc?.start)).toEqual([1, 5]);
  });

  it('may have a text of 100 KB', () => {
    const text = `{a(b: "${'x'.repeat(100_000)}")}`;
    expect(documentText(text)).toBe(text);
  });

  it.each(['{', '[', '('])('cannot have %s a hundred times in each other', (bracket) => {
    expect(() => documentText(bracket.repeat(101))).toThrow('nested more than 100 deep');
  });

  it('cannot have ten thousand tokens and one', () => {
    expect(() => documentText('a '.repeat(10_001))).toThrow('more than 10000 tokens');
  });
});
