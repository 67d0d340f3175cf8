import { describe, expect, it } from 'vitest';
import { parseTraceParent } from './trace-parent.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('a traceparent', () => {
  it('names the trace, the span and whether it is sampled', () => {
    const parent = { traceId: TRACE, spanId: SPAN, isRemote: true };

    expect(parseTraceParent(`00-${TRACE}-${SPAN}-01`)).toEqual({ ...parent, traceFlags: 1 });
    expect(parseTraceParent(`00-${TRACE}-${SPAN}-00`)).toEqual({ ...parent, traceFlags: 0 });
  });

  it('of a later version may have more', () => {
    expect(parseTraceParent(`01-${TRACE}-${SPAN}-01-more`)).toBeDefined();
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
    expect(parseTraceParent(value)).toBeUndefined();
  });
});
