import 'reflect-metadata';
import { type Section, type ValidatedSection, validateSection } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { warningsOf } from './config-warnings.js';
import { SyncConfig } from './sync.config.js';

const URLS = ['https://registry.example.com'];

function read(section: Section): ValidatedSection<SyncConfig> {
  return validateSection(SyncConfig, section, { refuseUnknown: true });
}

/** What is wrong with an upstream, each as `key: what may stand there`. */
function faultsOf(registry: Section): readonly string[] {
  const { violations } = read({ registries: [{ urls: URLS, ...registry }] });
  return violations.map(({ key, allowed }) => `${key.replace('registries[0].', '')}: ${allowed}`);
}

describe('the configuration of sync', () => {
  it('takes the file of the article unchanged', () => {
    const retries = { onDemand: true, tlsVerify: true, maxRetries: 2, retryDelay: '5m' };
    const { config, violations } = read({
      registries: [
        { urls: ['https://gcr.lank8s.cn'], ...retries, content: [{ prefix: '/google-containers/*' }] },
        { urls: ['https://registry.lank8s.cn'], ...retries },
      ],
    });
    expect([violations, warningsOf(config)]).toEqual([[], []]);
    expect(config.registries[1]).toMatchObject({ manifestCheckInterval: 60_000, retryDelay: 300_000, push: 'allow' });
  });

  it('takes every key of zot that asks for nothing that is not built', () => {
    const { violations } = read({
      credentialsFile: '/etc/berth/credentials.json',
      downloadDir: '/tmp',
      registries: [
        {
          urls: [...URLS, 'http://127.0.0.1:5000/'],
          onDemand: true,
          pollInterval: '6h',
          manifestCheckInterval: '5m',
          content: [
            {
              prefix: '/a/**',
              destination: '/b',
              stripPrefix: true,
              tags: { regex: '^v', excludeRegex: 'rc', semver: true },
            },
          ],
          tlsVerify: false,
          certDir: '/etc/certs',
          maxRetries: 3,
          retryDelay: '1m',
          maxRetryDelay: '1h',
          onlySigned: true,
          syncLegacyCosignTags: false,
          credentialHelper: '',
          preserveDigest: false,
          syncTimeout: '3h',
          responseHeaderTimeout: '30s',
          reqConcurrent: 3,
          reqPerSec: 0.5,
          bytesPerSecond: '10MB',
          disableHTTP2: false,
          maxIdleConnsPerHost: 2,
          namespaces: ['docker.io', 'registry.example:5000'],
          hostAliases: ['docker.mirror.example'],
          push: 'deny',
          storage: 'fast',
          offline: true,
          staleIfError: false,
          deletedTags: 'remove',
        },
      ],
    });
    expect(violations).toEqual([]);
  });

  it.each([
    [{ urls: [] }, /^urls: a list of URLs/],
    [{ urls: 'https://x' }, /^urls: a list of URLs/],
    [{ urls: ['https://x', 'https://x/path'] }, /entry 1 is none$/],
    [{ urls: ['https://user:pass@x'] }, /entry 0 is none$/],
    [{ urls: ['ftp://x'] }, /entry 0 is none$/],
    [{ onDemand: 'yes' }, /^onDemand: true or false$/],
    [{ storage: '/fast' }, 'storage: the name of a store'],
    [{ manifestCheckInterval: 60 }, /^manifestCheckInterval: a duration/],
    [{ maxBytes: '0' }, /^maxBytes: a size above zero/],
    [{ maxBytes: 'all' }, /^maxBytes: a size above zero/],
    [{ content: 'all' }, /^content: a list of objects with a prefix$/],
    [{ content: [{}] }, /^content\[0\]\.prefix: a pattern/],
    [{ content: [{ prefix: '/' }] }, /^content\[0\]\.prefix: a pattern/],
    [{ content: [{ prefix: 'a/{b' }] }, /^content\[0\]\.prefix: a pattern/],
    [{ content: [{ prefix: 'a', destination: '/UP' }] }, /^content\[0\]\.destination: a path/],
    [{ content: [{ prefix: 'a', tags: { regex: '(' } }] }, /^content\[0\]\.tags\.regex: .*RE2: /],
    [{ content: [{ prefix: 'a', tags: { regexp: 'x' } }] }, /^content\[0\]\.tags\.regexp: one of .*"regex"$/],
    [
      { content: [{ prefix: 'a', tags: { semver: 'newest' } }] },
      /^content\[0\]\.tags\.semver: true, false, or a range/,
    ],
    [{ content: [{ prefix: 'a', platforms: [] }] }, /^content\[0\]\.platforms: a list of platforms/],
    [{ platforms: ['amd64'] }, /^platforms: a list of platforms such as "linux\/amd64"/],
    [{ platforms: [] }, /^platforms: a list of platforms/],
    [{ pollInterval: '0s' }, /^pollInterval: a duration above zero/],
    [{ pollInterval: 'daily' }, /^pollInterval: a duration above zero/],
    [{ syncTimeout: '0s' }, /^syncTimeout: a duration above zero/],
    [{ onlySigned: 'yes' }, /^onlySigned: true or false$/],
    [{ maxRetries: -1 }, /^maxRetries: a whole number/],
    [{ retryDelay: '0s' }, /^retryDelay: a duration above zero/],
    [{ responseHeaderTimeout: '0s' }, /^responseHeaderTimeout: a duration above zero/],
    [{ reqPerSec: 0 }, /^reqPerSec: a number above zero$/],
    [{ bytesPerSecond: 0 }, /^bytesPerSecond: a size above zero/],
    [{ bytesPerSecond: 'fast' }, /^bytesPerSecond: a size above zero/],
    [{ namespaces: ['not a host'] }, /^namespaces: a list of hosts/],
    [{ namespaces: ['docker.io/library'] }, /^namespaces: a list of hosts/],
    [{ hostAliases: ['a.example'] }, /^hostAliases: hosts beside namespaces/],
    [{ hostAliases: ['a.example:5000'], namespaces: ['x.io'] }, /^hostAliases: a list of hosts .*without port$/],
    [{ push: 'refuse' }, /^push: one of allow, deny$/],
    [{ credentialHelper: 5 }, /^credentialHelper: the name of a credential helper/],
    [{ credentialHelper: 'oauth2' }, /^credentialHelper: .*oauth2 beside oauth2CredentialHelper$/],
    [
      { oauth2CredentialHelper: { tokenURL: 'https://x.example', assertionFile: 'a' } },
      /^oauth2CredentialHelper: nothing without "credentialHelper": "oauth2"$/,
    ],
    [
      { credentialHelper: 'oauth2', oauth2CredentialHelper: { tokenURL: 'https://x.example' } },
      /^oauth2CredentialHelper\.tokenURL: a URL beside either/,
    ],
    [{ credentialHelper: 'ecr', credentialHelperSettings: {} }, /^credentialHelperSettings: nothing: it is for/],
    [{ credentialHelper: 'vault', credentialHelperSettings: 'x' }, /^credentialHelperSettings: an object$/],
    [{ deletedTags: 'delete' }, /^deletedTags: one of keep, remove$/],
    [{ staleIfError: 'no' }, /^staleIfError: true or false$/],
    [{ onDemnd: true }, /^onDemnd: one of .*the nearest is "onDemand"$/],
  ])('refuses %j, and says what may stand there', (registry, expected) => {
    expect(faultsOf(registry)).toEqual([expect.stringMatching(expected)]);
  });

  it.each([
    [{ onDemand: false }, 'nothing is mirrored from it'],
    [{ pollInterval: '1h' }, 'pollInterval has no effect without content'],
    [{ platforms: ['linux/amd64'] }, 'platforms binds periodic runs alone'],
    [{ content: [{ prefix: 'a', platforms: ['linux/amd64'] }] }, 'platforms binds periodic runs alone'],
    [{ pollInterval: '1h', content: [{ prefix: 'a', tags: { regex: '1.2' } }] }, 'regex "1.2" is not anchored'],
    [{ pollInterval: '1h', content: [{ prefix: 'a', tags: { excludeRegex: '-rc' } }] }, 'excludeRegex "-rc" is not'],
    [{ preserveDigest: false }, 'preserveDigest has no effect'],
    [{ disableHTTP2: false }, 'disableHTTP2 has no effect'],
    [{ maxIdleConnsPerHost: 2 }, 'maxIdleConnsPerHost has no effect'],
    [{ content: [{ prefix: 'a', tags: { semver: true } }] }, 'tags'],
    [{ maxRetries: 2 }, 'maxRetries has no effect without retryDelay'],
    [{ responseHeaderTimeout: '30s' }, 'responseHeaderTimeout counts as 20s'],
    [{ tlsVerify: false }, 'tlsVerify is false'],
  ])('warns of %j, which names the upstream by its place', (registry, expected) => {
    const { config } = read({ registries: [{ urls: URLS, onDemand: true, ...registry }] });
    expect(warningsOf(config)).toEqual([expect.stringMatching(new RegExp(`^registries\\[0\\]\\..*${expected}`))]);
  });

  it('warns of downloadDir', () => {
    expect(warningsOf(read({ downloadDir: '/tmp' }).config)).toEqual([expect.stringContaining('downloadDir')]);
  });
});
