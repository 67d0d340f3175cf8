import { describe, expect, it } from 'vitest';
import { parseExposition } from './exposition-parser.js';

const family = (type: string, samples: string): string => `# HELP a A.\n# TYPE a ${type}\n${samples}\n`;

describe('the parser of expositions', () => {
  it.each([
    ['a sample without a family', 'a 1\n'],
    ['a family without help', '# TYPE a gauge\na 1\n'],
    ['a family that is given twice', family('gauge', 'a 1') + family('gauge', 'a{b="c"} 1')],
    ['a series that is given twice', family('gauge', 'a{b="1",c="2"} 1\na{c="2",b="1"} 1')],
    ['a sample of another family', family('gauge', 'b 1')],
    ['a label without quotes', family('gauge', 'a{b=c} 1')],
    ['a label with a bare quote', family('gauge', 'a{b="c"d"} 1')],
    ['a label that is given twice', family('gauge', 'a{b="1",b="2"} 1')],
    ['a value that is no number', family('gauge', 'a one')],
    ['a type that there is not', family('number', 'a 1')],
    ['a counter below zero', family('counter', 'a -1')],
    ['a histogram without its last bucket', family('histogram', 'a_bucket{le="1"} 1\na_sum 1\na_count 1')],
    ['a histogram whose buckets shrink', family('histogram', 'a_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_count 1')],
    ['a histogram that counts more than its buckets', family('histogram', 'a_bucket{le="+Inf"} 1\na_count 2')],
    ['a text without an end', family('gauge', 'a 1').trimEnd()],
  ])('refuses %s', (_, text) => {
    expect(() => parseExposition(text)).toThrow();
  });

  it('refuses OpenMetrics without its end, and a counter without its suffix', () => {
    expect(() => parseExposition(family('counter', 'a_total 1'), 'openmetrics')).toThrow('# EOF');
    expect(() => parseExposition(`${family('counter', 'a 1')}# EOF\n`, 'openmetrics')).toThrow('no sample of a');
  });
});
