import type { ParsedFamily } from './exposition-parser.js';

const TIME = /(duration|latency|lag|delay|_time)/;
/** What a name may end with: units, `_total`, and nouns of what is counted in ones. */
const ENDS = [
  ...['seconds', 'bytes', 'total', 'info', 'state', 'invalid', 'progress'],
  ...['resources', 'handles', 'requests', 'fds', 'blobs'],
];
const OTHER_UNITS = /(milli|micro|nano|minutes|hours|_ms|kilo|mega|_kb|_mb)/;

/** What a name must be, by the rule in words. https://prometheus.io/docs/practices/naming/ */
export const NAME_RULES: Readonly<Record<string, (family: ParsedFamily) => boolean>> = {
  'are lower case, and begin with what they are of': ({ name }) =>
    /^(berth|zot|process|nodejs)(_[a-z0-9]+)+$/.test(name),
  'end with _total for counters, and for nothing else': ({ name, type }) =>
    name.endsWith('_total') === (type === 'counter'),
  'end with what they count in': ({ name }) => ENDS.includes(name.split('_').at(-1) ?? ''),
  'of times are in seconds': ({ name }) => !TIME.test(name) || /_seconds(_total)?$/.test(name),
  'have base units': ({ name }) => !OTHER_UNITS.test(name),
  'do not end like the samples of another family': ({ name }) => !/_(bucket|sum|count|created)$/.test(name),
  'are said in a sentence by the help, which does not repeat them': ({ name, help }) =>
    help.length > 10 && help.endsWith('.') && !help.includes(name),
};
