import { anImage, anIndex, FakeUpstream } from '@berth/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { jsonIn } from './json-in.js';
import { berthSync } from './sync-command.js';
import { useServers } from './use-servers.js';

const servers = useServers();
let upstream: FakeUpstream;
let config: string;
let folder: string;

beforeAll(async () => {
  upstream = await FakeUpstream.start();
});
afterAll(() => upstream.close());

/** The rules of an operator who wants versions, and `main` once an hour, and the rest when somebody asks for it. */
function registriesOf(url: string): readonly object[] {
  return [
    {
      urls: [url],
      pollInterval: '6h',
      content: [{ prefix: 'team/app', tags: { semver: '>=1.20 <2', excludeRegex: '-rc' } }],
    },
    { urls: [url], pollInterval: '1h', content: [{ prefix: 'team/*', tags: { regex: '^main$' } }] },
    { urls: [url], onDemand: true, content: [{ prefix: '**' }] },
  ];
}

beforeEach(async () => {
  upstream.reset();
  folder = await servers.folder();
  config = await servers.configure(folder, { extensions: { sync: { registries: registriesOf(upstream.url) } } });
});

describe('berth sync --dry-run', () => {
  beforeAll(() => {
    for (const tag of ['1.19.9', '1.20', '1.21.0', '1.22.0-rc1', '2.0.0', 'main'])
      upstream.has('team/app', anImage().build(), tag);
    upstream.has('team/tool', anIndex().of(anImage().build()).build(), 'main');
    upstream.has('other/thing', anImage().build(), 'main');
  });

  it('prints each tag with the rule that takes it, or does not, and fetches nothing', async () => {
    const { code, stdout, stderr } = await berthSync(config, '--dry-run');
    const warning =
      'content[0].tags.excludeRegex "-rc" is not anchored with ^ and $: it matches any tag that has it anywhere';
    expect(stderr.trim().split('\n').map(jsonIn)).toEqual([
      expect.objectContaining({ plugin: 'sync', msg: `registries[0].${warning}` }),
    ]);
    expect(stdout.replaceAll(upstream.host, 'upstream.example')).toBe(
      [
        'upstream.example, every 6h',
        `  warning: ${warning}`,
        '  team/app -> team/app, by content[0] "team/app"',
        '    out  1.19.9                  semver ">=1.20 <2" does not hold',
        '    in   1.20        new         excludeRegex "-rc" does not match, semver ">=1.20 <2" holds',
        '    in   1.21.0      new         excludeRegex "-rc" does not match, semver ">=1.20 <2" holds',
        '    out  1.22.0-rc1              excludeRegex "-rc" matches',
        '    out  2.0.0                   semver ">=1.20 <2" does not hold',
        '    out  main                    semver ">=1.20 <2" does not hold',
        '  tags: 2 in (2 new), 4 out; 2 would be fetched',
        'upstream.example, every 1h',
        '  team/app -> team/app, by content[0] "team/*"',
        '    out  1.19.9                  regex "^main$" does not match',
        '    out  1.20                    regex "^main$" does not match',
        '    out  1.21.0                  regex "^main$" does not match',
        '    out  1.22.0-rc1              regex "^main$" does not match',
        '    out  2.0.0                   regex "^main$" does not match',
        '    in   main        new         regex "^main$" matches',
        '  team/tool -> team/tool, by content[0] "team/*"',
        '    in   main  new         regex "^main$" matches',
        '  tags: 2 in (2 new), 5 out; 2 would be fetched',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
    expect(upstream.count('GET', /manifests|blobs/)).toBe(0);
    expect(upstream.count('HEAD', /./)).toBe(4);
  });

  it('says the same as JSON, and nothing else on its output', async () => {
    const { code, stdout } = await berthSync(config, '--dry-run', '--json');
    const { upstreams } = jsonIn<{ upstreams: readonly { repositories: readonly object[] }[] }>(stdout);
    expect([code, upstreams.length]).toEqual([0, 2]);
    expect(upstreams[1]?.repositories[1]).toEqual({
      remote: 'team/tool',
      local: 'team/tool',
      by: 'content[0] "team/*"',
      tags: [
        {
          tag: 'main',
          isTaken: true,
          why: 'regex "^main$" matches',
          state: 'new',
          digest: expect.stringMatching(/^sha256:/) as string,
        },
      ],
    });
  });

  it('ends with 1 where something cannot be looked at, and says what', async () => {
    upstream.behaviour = { hasCatalog: false };
    const { code, stdout } = await berthSync(config, '--dry-run');
    expect([code, stdout]).toEqual([1, expect.stringContaining('problem: the catalog: it gives no catalog: 404')]);
  });

  it('names what has been fetched, moved, and lost since', async () => {
    await berthSync(config);
    upstream.has('team/app', anImage().build(), '1.21.0');
    const { stdout } = await berthSync(config, '--dry-run');
    expect(stdout).toMatch(/in +1\.20 +held/);
    expect(stdout).toMatch(/in +1\.21\.0 +moved/);
  });
});

describe('berth sync', () => {
  it('fetches what the dry run has said, once, and that is served without the upstream', async () => {
    const first = await berthSync(config);
    expect(first.code).toBe(0);
    expect(first.stderr).toContain('team/app:main moved\n');
    expect(first.stdout).toMatch(/: succeeded: 1 repositories, 2 tags \(2 moved\), \d+\.\d kB fetched\n/);
    const second = await berthSync(config, '--json');
    expect(jsonIn(second.stdout)).toMatchObject({ upstreams: [{ tags: { moved: 0, unmoved: 2 }, bytes: 0 }, {}] });

    const server = await servers.start({}, folder);
    expect((await server.request('GET', '/v2/team/app/tags/list')).body.toString()).toBe(
      '{"name":"team/app","tags":["1.20","1.21.0","main"]}',
    );
    await server.stop();
  });

  it('ends with 1 where a tag failed, and says why', async () => {
    const lost = anImage().build();
    upstream.has('team/lost', lost, 'main');
    upstream.behaviour = { bytesFor: new Map([[lost.blobs[1]?.digest ?? lost.digest, Buffer.from('something else')]]) };
    const { code, stderr, stdout } = await berthSync(config);
    expect([code, stdout]).toEqual([1, expect.stringContaining(': failed: ')]);
    expect(stderr).toMatch(/^team\/lost:main failed: blob sha256:\w+: /m);
  });

  it('keeps out of a folder that a server uses, and says who does', async () => {
    const server = await servers.serve(config);
    const { code, stderr } = await berthSync(config, '--dry-run');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/is in use by another server/)]);
    await server.stop();
  });

  it('knows its flags', async () => {
    const { code, stderr } = await berthSync(config, '--dryrun');
    expect([code, stderr]).toEqual([64, expect.stringContaining('--dryrun')]);
  });
});
