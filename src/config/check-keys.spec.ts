import { describe, expect, it } from 'vitest';
import { checkKeys } from './check-keys.js';
import type { Violation } from './config-error.js';
import type { Section } from '@berth/sdk';

function violationsOf(content: Section): readonly Omit<Violation, 'file'>[] {
  return checkKeys(content).violations;
}

describe('a warning', () => {
  it.each([
    [{ scheduler: { numWorkers: 8 } }, 'scheduler.numWorkers: no effect: '],
    [{ storage: { remoteCache: true } }, 'storage.remoteCache: no effect: '],
    [{ storage: { fastRestart: true } }, 'storage.fastRestart: no effect: '],
    [{ goVersion: '1.26' }, 'goVersion: no effect: '],
    [{ storage: { dedupe: false } }, 'storage.dedupe: one copy per digest is always kept'],
    [{ distSpecVersion: '1.0.1' }, 'distSpecVersion: version 1.1 '],
    [{ extensions: { trust: {} } }, 'extensions.trust: the plugin is not built yet; the section is ignored'],
    [{ extensions: { Trust: { enable: true } } }, 'extensions.trust: the plugin is not built yet'],
  ])('tells what %j does not do, and the server starts', (content, expected) => {
    const { violations, warnings } = checkKeys(content);
    expect(violations).toEqual([]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(expected);
  });

  it('is not given for a plugin that is turned off', () => {
    expect(checkKeys({ extensions: { trust: { Enable: false }, acme: { enable: false } } }).warnings).toEqual([]);
  });

  it('is not given for a value that changes nothing', () => {
    const content = {
      distSpecVersion: '1.1.0',
      storage: { dedupe: true, maxRepos: 0, redirectBlobURL: false, gcTimeWindow: '' },
      http: { externalUrl: '' },
    };
    expect(checkKeys(content).warnings).toEqual([]);
  });
});

describe('a violation', () => {
  it.each([
    [{ storge: {} }, 'storge', 'storage'],
    [{ http: { prot: 1 } }, 'http.prot', 'http.port'],
    [{ http: { tls: { crt: 'c', cert: 'c', key: 'k' } } }, 'http.tls.crt', 'http.tls.cert'],
    [{ rootDirectory: '/srv' }, 'rootDirectory', 'storage.rootDirectory'],
    [{ http: { htpasswd: {} } }, 'http.htpasswd', 'http.auth.htpasswd'],
    [{ scheduler: { workers: 1 } }, 'scheduler.workers', 'scheduler.numWorkers'],
  ])('of an unknown key in %j names the nearest known one', (content, key, nearest) => {
    expect(violationsOf(content)).toEqual([
      { key, found: 'an unknown key', allowed: `a known key; the nearest is "${nearest}"` },
    ]);
  });

  it('of an unknown key does not show its value, which may be a password', () => {
    expect(JSON.stringify(violationsOf({ http: { password: 'hunter2' } }))).not.toContain('hunter2');
  });

  it.each([
    [
      { storage: { subPaths: { '/a': { Retention: {} } } } },
      'storage.subPaths["/a"].retention',
      'retention is not built yet',
    ],
    [{ storage: { storageDriver: { name: 's3' } } }, 'storage.storageDriver', 'only the local file system is built'],
    [{ storage: { cacheDriver: {} } }, 'storage.cacheDriver', 'SQLite'],
    [{ storage: { retention: {} } }, 'storage.retention', 'retention is not built yet'],
    [{ storage: { maxRepos: 5 } }, 'storage.maxRepos', 'not built yet'],
    [{ storage: { gcTimeWindow: '01:00-02:00' } }, 'storage.gcTimeWindow', 'not built'],
    [{ storage: { redirectBlobURL: true } }, 'storage.redirectBlobURL', 'leave the key out'],
    [{ http: { auth: { openid: {} } } }, 'http.auth.openid', 'logging in through a browser is not built yet'],
    [{ http: { ratelimit: { rate: 1 } } }, 'http.ratelimit', 'a rate limit is not built yet'],
    [{ cluster: { members: [] } }, 'cluster', 'not built'],
  ])('is what the refused key in %j gives, with advice', (content, key, advice) => {
    const violations = violationsOf(content);
    expect(violations).toMatchObject([{ key }]);
    expect(violations[0]?.allowed).toContain(advice);
  });

  it('of a refused section shows the keys in it but no value, which may be a password', () => {
    const [violation] = violationsOf({ storage: { storageDriver: { secretkey: 'hunter2' } } });
    expect(violation?.found).toBe('an object with the keys secretkey');
  });

  it('is a key given twice in different case', () => {
    expect(violationsOf({ http: { port: 1, Port: 2 } })).toEqual([
      { key: 'http.port', found: '"port" and "Port"', allowed: 'the key once; upper and lower case do not differ' },
    ]);
  });

  it.each(['__proto__', 'constructor', 'toString'])('is the key %s, which is unknown like any other', (key) => {
    expect(violationsOf(JSON.parse(`{"${key}": {}}`) as Section)).toMatchObject([{ key, found: 'an unknown key' }]);
  });

  it.each([
    [{ http: 8080 }, 'http', '8080'],
    [{ http: { tls: [] } }, 'http.tls', '[]'],
    [{ extensions: ['sync'] }, 'extensions', '["sync"]'],
  ])('of %j, where a section should stand, says what was found', (content, key, found) => {
    expect(violationsOf(content)).toEqual([{ key, found, allowed: 'a section: an object with keys' }]);
  });
});

describe("a section under a name of the user's own", () => {
  const below = (section: Section): Section => ({ storage: { subPaths: { '/a': section } } });

  it('is read without regard to case, under the spelling of its keys, and its name as it stands', () => {
    expect(checkKeys(below({ RootDirectory: '/a-data', GC: true, gcDelay: null })).values).toEqual(
      below({ rootDirectory: '/a-data', gc: true }),
    );
  });

  it('warns of what has no effect, with the name', () => {
    expect(checkKeys(below({ dedupe: false, remoteCache: true })).warnings).toEqual([
      'storage.subPaths["/a"].dedupe: one copy per digest is always kept; false has no effect',
      'storage.subPaths["/a"].remoteCache: no effect: there is no cache of digests that could lie elsewhere',
    ]);
  });

  it('has its unknown keys and those given twice refused, with the name', () => {
    expect(violationsOf(below({ gcDelya: '1h', gc: true, GC: false }))).toMatchObject([
      { key: 'storage.subPaths["/a"].gcDelya', found: 'an unknown key' },
      { key: 'storage.subPaths["/a"].gc', found: '"gc" and "GC"' },
    ]);
  });

  it('is left to its class where it is none', () => {
    expect(checkKeys({ storage: { subPaths: { '/a': 'fast' } } })).toMatchObject({
      values: { storage: { subPaths: { '/a': 'fast' } } },
      violations: [],
    });
  });
});
