import { describe, expect, it } from 'vitest';
import { NO_CONFIG, parseImageConfig } from './image-config.js';

const parse = (value: unknown) => parseImageConfig(Buffer.from(JSON.stringify(value)));

describe('the configuration of an image', () => {
  it('says what it runs on, when it was built, by whom and how', () => {
    const config = parse({
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
      author: 'Ann',
      created: '2026-01-31T12:00:00Z',
      config: { Labels: { a: 'b' } },
      history: [
        { created_by: 'RUN x', empty_layer: true, comment: 'c', author: 'Bob', created: '2026-01-30T00:00:00Z' },
      ],
    });

    expect(config).toEqual({
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
      author: 'Ann',
      builtAt: Date.parse('2026-01-31T12:00:00Z'),
      labels: { a: 'b' },
      history: [{ createdBy: 'RUN x', emptyLayer: true, comment: 'c', author: 'Bob', created: '2026-01-30T00:00:00Z' }],
    });
  });

  it.each([
    ['no JSON', Buffer.from('{')],
    ['no object', Buffer.from('[1]')],
    ['nothing', Buffer.alloc(0)],
    ['no UTF-8', Buffer.from([0xff, 0xfe])],
  ])('that is %s says nothing', (_, bytes) => {
    expect(parseImageConfig(bytes)).toEqual(NO_CONFIG);
  });

  it('is left out where it is of another shape, and kept where it is not', () => {
    const config = parse({
      os: 5,
      architecture: { a: 1 },
      created: 'yesterday',
      config: { Labels: { number: 1, text: 'kept', none: null } },
      history: ['x', null, { created_by: 7 }],
    });

    expect(config).toEqual({ ...NO_CONFIG, labels: { text: 'kept' }, history: [{}, {}, {}] });
    expect(parse({ config: { Labels: [] }, history: {} })).toEqual(NO_CONFIG);
  });

  it('knows no time of a tool that knows none', () => {
    expect(parse({ created: '0001-01-01T00:00:00Z' }).builtAt).toBeUndefined();
  });

  it('is bounded, however much it says', () => {
    const Labels = Object.fromEntries(Array.from({ length: 600 }, (_, at) => [`k${String(at)}`, 'v'.repeat(9000)]));
    const { labels, history } = parse({ config: { Labels }, history: Array.from({ length: 900 }, () => ({})) });

    expect(Object.keys(labels)).toHaveLength(500);
    expect(labels['k0']).toHaveLength(4096);
    expect(history).toHaveLength(500);
  });

  it('takes keys for keys that every object has', () => {
    const { labels } = parseImageConfig(Buffer.from('{"config":{"Labels":{"__proto__":"x","constructor":"y"}}}'));
    expect(Object.entries(labels)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });
});
