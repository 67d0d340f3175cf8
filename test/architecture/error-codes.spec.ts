import { ERROR_CODES } from '@berth/sdk';
import { describe, expect, it } from 'vitest';

/** distribution-spec spec.md#error-codes, in its order and with its ids. */
const OF_THE_SPEC: Readonly<Record<string, string>> = {
  'code-1': 'BLOB_UNKNOWN',
  'code-2': 'BLOB_UPLOAD_INVALID',
  'code-3': 'BLOB_UPLOAD_UNKNOWN',
  'code-4': 'DIGEST_INVALID',
  'code-5': 'MANIFEST_BLOB_UNKNOWN',
  'code-6': 'MANIFEST_INVALID',
  'code-7': 'MANIFEST_UNKNOWN',
  'code-8': 'NAME_INVALID',
  'code-9': 'NAME_UNKNOWN',
  'code-10': 'SIZE_INVALID',
  'code-11': 'UNAUTHORIZED',
  'code-12': 'DENIED',
  'code-13': 'UNSUPPORTED',
  'code-14': 'TOOMANYREQUESTS',
};

const rows = Object.entries(ERROR_CODES);

describe('the table of error codes', () => {
  it('has the fourteen codes of the spec under its ids, and no other that claims one', () => {
    const ofTheSpec = rows
      .filter(([, row]) => row.id.startsWith('code-'))
      .map(([code, row]) => [row.id, code] as const);
    expect(Object.fromEntries(ofTheSpec)).toEqual(OF_THE_SPEC);
    expect(ofTheSpec).toHaveLength(14);
  });

  it('writes every code in capitals and underscores, as clients parse it', () => {
    expect(rows.map(([code]) => code).filter((code) => !/^[A-Z_]+$/.test(code))).toEqual([]);
  });

  it('answers every code of the spec with a status that blames the client', () => {
    const blamesServer = rows.filter(([, { id, status }]) => id.startsWith('code-') && (status < 400 || status > 499));
    expect(blamesServer).toEqual([]);
  });
});
