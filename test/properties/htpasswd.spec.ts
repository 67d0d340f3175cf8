import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHtpasswd } from '../../src/auth/backends/htpasswd/htpasswd-file.js';
import { tellOfHtpasswd } from '../../src/auth/backends/htpasswd/htpasswd-log.js';
import { RegistryLogger } from '../../src/logging/registry-logger.js';
import { LineSink } from '../kit/line-sink.js';

const SECRET = 'S3CR3T';
const HASHES = [
  `{SHA}${SECRET}${'a'.repeat(21)}=`,
  `$apr1$abcdefgh$${SECRET}${'a'.repeat(16)}`,
  `$2y$10$${SECRET}${'a'.repeat(47)}`,
  `$6$${SECRET}$${'a'.repeat(86)}`,
];

/** Pieces of lines, so that most of it is nearly a file. */
const nearlyFile = fc
  .array(
    fc.constantFrom('anna', ':', '\n', '\r\n', '#', ' ', '\0', '\ufeff', '$6$rounds=', '$y$', SECRET, 'é', ...HASHES),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.from(parts.join('')));
const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const users = fc.uniqueArray(fc.stringMatching(/^[a-zé@.][a-zé@. ]{0,8}[a-zé@.]$/), { maxLength: 10 });

describe('the reading of htpasswd files', () => {
  it('takes any bytes without an error, and gives a user to no more lines than there are', () => {
    fc.assert(
      fc.property(fc.oneof(anyBytes, nearlyFile), (bytes) => {
        const { users: found, malformed, repeated } = parseHtpasswd(bytes);
        expect(found.size + malformed.length + repeated.length).toBeLessThanOrEqual(
          bytes.toString().split('\n').length,
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves nothing of a hash in the log', () => {
    fc.assert(
      fc.property(nearlyFile, (bytes) => {
        const log = new LineSink();
        tellOfHtpasswd(parseHtpasswd(bytes), 'a path', new RegistryLogger(log.output, 'debug'));
        expect(JSON.stringify(log.all)).not.toContain(SECRET);
      }),
      { numRuns: 500 },
    );
  });

  it('finds every user between any lines that are malformed', () => {
    const junk = fc.constantFrom('# comment', '', 'junk', ':', 'x:plain', `y:$2y$31$${'a'.repeat(53)}`);
    fc.assert(
      fc.property(users, fc.array(junk, { minLength: 11, maxLength: 11 }), (names, between) => {
        const lines = names.flatMap((name, at) => [between[at] ?? '', `${name}:${HASHES[at % HASHES.length] ?? ''}`]);
        expect([...parseHtpasswd(Buffer.from(lines.join('\n'))).users.keys()]).toEqual(names);
      }),
    );
  });
});
