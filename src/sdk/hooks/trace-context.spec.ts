import { describe, expect, it } from 'vitest';
import { TraceContext } from './trace-context.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('a traceparent', () => {
  it('names the trace, the span and whether it is sampled', () => {
    const parent = { traceId: TRACE, spanId: SPAN };

    expect(TraceContext.parse(`00-${TRACE}-${SPAN}-01`)).toMatchObject({ ...parent, isSampled: true });
    expect(TraceContext.parse(`00-${TRACE}-${SPAN}-00`)).toMatchObject({ ...parent, isSampled: false });
  });

  it('of a later version may have more', () => {
    expect(TraceContext.parse(`01-${TRACE}-${SPAN}-01-more`)).toBeDefined();
  });

  it.each([
    undefined,
    '',
    'x',
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-more`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  ])('such as %s is none', (value) => {
    expect(TraceContext.parse(value)).toBeUndefined();
  });
});

describe('a span', () => {
  it('is written as it is read', () => {
    const root = TraceContext.root(true);
    expect(TraceContext.parse(String(root))).toEqual(root);
    expect(String(TraceContext.root(false))).toMatch(/-00$/);
  });

  it('within another one is of its trace and decision, under an id of its own', () => {
    const parent = TraceContext.root(false);
    const { traceId, spanId, isSampled } = parent.child();
    expect([traceId, isSampled]).toEqual([parent.traceId, false]);
    expect(spanId).not.toBe(parent.spanId);
  });

  it('is of another trace than the next root', () => {
    expect(TraceContext.root(true).traceId).not.toBe(TraceContext.root(true).traceId);
  });
});
