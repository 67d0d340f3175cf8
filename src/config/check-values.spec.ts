import { describe, expect, it } from 'vitest';
import { checkValues } from './check-values.js';

describe('a violation', () => {
  it.each([
    [{ http: { port: '80 80' } }, 'http.port', '"80 80"', 'a port from 1 to 65535, or 0 for any that is free'],
    [{ http: { port: 80.5 } }, 'http.port', '80.5', 'a port from 1 to 65535, or 0 for any that is free'],
    [{ http: { address: '' } }, 'http.address', '""', 'an address such as "127.0.0.1"'],
    [{ http: { allowOrigin: 'a\nb' } }, 'http.allowOrigin', '"a\\nb"', 'an origin such as'],
    [{ http: { compat: 'docker2s2' } }, 'http.compat', '"docker2s2"', 'a list of "docker2s2" and nothing else'],
    [{ http: { compat: ['oci'] } }, 'http.compat', '["oci"]', 'a list of "docker2s2" and nothing else'],
    [{ http: { idleTimeout: 60 } }, 'http.idleTimeout', '60', 'a duration such as "30s", "5m" or "1h30m"'],
    [{ http: { tls: { cert: '', key: 'k' } } }, 'http.tls.cert', '""', 'the path of a PEM file'],
    [{ http: { tls: { key: 'k' } } }, 'http.tls.cert', 'nothing', 'the path of a PEM file'],
    [{ storage: { gcDelay: '-1h' } }, 'storage.gcDelay', '"-1h"', 'a duration such as'],
    [{ storage: { gcInterval: '0s' } }, 'storage.gcInterval', '"0s"', 'a duration above zero such as "1h"'],
    [{ storage: { commit: 1 } }, 'storage.commit', '1', 'true or false'],
    [{ storage: { rootDirectory: '' } }, 'storage.rootDirectory', '""', 'the path of a folder'],
    [
      { log: { level: 'loud' } },
      'log.level',
      '"loud"',
      'one of trace, debug, info, warn, warning, error, fatal, panic',
    ],
    [{ log: { audit: true } }, 'log.audit', 'true', 'the path of a file'],
    [{ distSpecVersion: 1.1 }, 'distSpecVersion', '1.1', 'a version as a string: "1.1.1"'],
  ])('of the value in %j says what was found and what is allowed', (content, key, found, allowed) => {
    const violations = checkValues(content).violations;
    expect(violations).toMatchObject([{ key, found }]);
    expect(violations[0]?.allowed).toContain(allowed);
  });
});
