import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { anImage, pushManifest } from '@berth/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../requirements/requires.js';
import { Latencies } from './latency.js';
import { ldapSection, writeSearcher } from './ldap-section.js';
import { basic, type Login, LoginClient, MANY_ADDRESSES } from './login-client.js';
import { ACCEPT } from './pull-and-verify.js';
import { runCommand } from './run-command.js';
import type { ServerProcess } from './server-process.js';
import { Slapd } from './slapd.js';
import { useServers } from './use-servers.js';

const CLIENTS = 50;
const BCRYPT_COST = '10';
const LDAP_TIMEOUT = 2000;
const ALLOWANCE = 500;
const REMEMBERED_WITHIN = 100;
/** Milliseconds. */
const MOST_P99_OF_PULLS = 50;
/** Connections, each of which has one pull after the other. */
const PULLERS = 2;
const WARM_UP_PULLS = 500;
/** Between two pulls of a connection, in milliseconds: without it the pulls alone would keep two cores busy, and there were none to hash with. */
const PAUSE = 5;
const CORES = availableParallelism();
const ROUNDS = 5;

const loginOf = (user: string): Login => ({ user, password: `password of ${user}` });
const CROWD = Array.from({ length: CLIENTS }, (_, index) => loginOf(`robot-${String(index)}`));
/** Log in before, while all is well, so many at once as there are cores. */
const EARLY = Array.from({ length: ROUNDS + 1 }, (_, round) =>
  Array.from({ length: CORES }, (_, index) => loginOf(`early-${String(round)}-${String(index)}`)),
);
/** Logs in when the breaker is open. */
const LATE = loginOf('late');
const ADMIN = loginOf('admin');

interface Storm {
  readonly logins: readonly { readonly status: number; readonly took: number }[];
  /** While nobody can tell yet whether LDAP answers. */
  readonly waiting: Latencies;
  /** While passwords are hashed. */
  readonly hashing: Latencies;
}

describeWith(
  { programs: ['slapd', 'openssl', 'htpasswd'] },
  'fifty clients that log in at once while LDAP hangs',
  () => {
    const servers = useServers();
    let slapd: Slapd;
    let server: ServerProcess;
    let client: LoginClient;
    let oneHash: number;
    let storm: Storm;

    beforeAll(async () => {
      slapd = await Slapd.start();
      const folder = await servers.folder();
      const path = join(folder, 'htpasswd');
      const lines = await Promise.all([...CROWD, ...EARLY.flat(), LATE, ADMIN].map(lineOf));
      await writeFile(path, lines.join(''));
      const ldap = ldapSection(slapd, 'StartTLS', { credentialsFile: await writeSearcher(folder) });
      server = await servers.start({
        http: {
          ...MANY_ADDRESSES,
          auth: { htpasswd: { path }, ldap },
          accessControl: {
            repositories: { 'base/**': { anonymousPolicy: ['read'] } },
            adminPolicy: { users: [ADMIN.user], actions: ['read', 'create', 'update', 'delete'] },
          },
        },
      });
      client = new LoginClient(server.request);
      await pushManifest(server.request, 'base/alpine', anImage().build(), { tag: '1', headers: basic(ADMIN) });
      for (let pulls = 0; pulls < WARM_UP_PULLS; pulls += 1) await pull();
      oneHash = await measureOneHash();
      await slapd.hang();
      storm = await logInAtOnce();
      print();
    });
    afterAll(() => slapd.remove());

    it('have their answer within the timeout of LDAP, half a second, and the hashing itself', () => {
      const hashing = (CLIENTS / CORES) * oneHash;
      for (const { status, took } of storm.logins) {
        expect(status).toBe(200);
        expect(took).toBeLessThan(LDAP_TIMEOUT + ALLOWANCE + hashing);
      }
    });

    it('do not hold up anonymous pulls of manifests', () => {
      for (const pulls of [storm.waiting, storm.hashing]) {
        expect(pulls.count).toBeGreaterThan(100);
        expect(pulls.quantile(0.99)).toBeLessThan(MOST_P99_OF_PULLS);
      }
    });

    it('have their answer within a tenth of a second once the breaker is open and they are remembered', async () => {
      const again = await Promise.all(CROWD.map((login) => client.timed(login)));
      process.stdout.write(`remembered: slowest ${milliseconds(Math.max(...again.map(({ took }) => took)))}\n`);
      for (const { status, took } of again) {
        expect(status).toBe(200);
        expect(took).toBeLessThan(REMEMBERED_WITHIN);
      }
    });

    it('are followed by one who waits for no more than the hash of their password', async () => {
      const { status, took } = await client.timed(LATE);
      expect(status).toBe(200);
      expect(took).toBeLessThan(oneHash + ALLOWANCE);
    });

    async function pull(): Promise<void> {
      const { status } = await server.request('GET', '/v2/base/alpine/manifests/1', { headers: { accept: ACCEPT } });
      if (status !== 200) throw new Error(`a pull: ${String(status)}`);
    }

    /** By logins that cost a search in the directory besides, while every core hashes and pulls go on. The first round starts threads. */
    async function measureOneHash(): Promise<number> {
      const [first = [], ...rounds] = EARLY;
      await Promise.all(first.map((login) => client.status(login)));
      const latencies = new Latencies();
      await whilePulling(new Latencies(), async () => {
        for (const round of rounds)
          await Promise.all(round.map((login) => latencies.measure(() => client.status(login))));
      });
      return latencies.quantile(0.5);
    }

    async function logInAtOnce(): Promise<Storm> {
      const [waiting, hashing] = [new Latencies(), new Latencies()];
      const begun = CROWD.map((login) => client.timed(login));
      await whilePulling(waiting, () => delay(LDAP_TIMEOUT));
      await whilePulling(hashing, () => Promise.all(begun));
      return { logins: await Promise.all(begun), waiting, hashing };
    }

    async function whilePulling(pulls: Latencies, work: () => Promise<unknown>): Promise<void> {
      const state = { isOver: false };
      const pullers = Array.from({ length: PULLERS }, async () => {
        while (!state.isOver) {
          await pulls.measure(pull);
          await delay(PAUSE);
        }
      });
      await work().finally(() => (state.isOver = true));
      await Promise.all(pullers);
    }

    function print(): void {
      const slowest = Math.max(...storm.logins.map(({ took }) => took));
      const hashing = `${String(CLIENTS)} hashes of ${milliseconds(oneHash)} on ${String(CORES)} cores`;
      process.stdout.write(`logins: slowest ${milliseconds(slowest)}, with ${hashing}\n`);
      for (const [name, pulls] of Object.entries({ waiting: storm.waiting, hashing: storm.hashing })) {
        const [median, p99] = [0.5, 0.99].map((share) => milliseconds(pulls.quantile(share)));
        process.stdout.write(
          `pulls while ${name}: ${String(pulls.count)}, p50 ${String(median)}, p99 ${String(p99)}\n`,
        );
      }
    }
  },
);

async function lineOf({ user, password }: Login): Promise<string> {
  const text = await runCommand('htpasswd', ['-nbB', '-C', BCRYPT_COST, user, password]);
  return `${text.trim()}\n`;
}

function milliseconds(value: number): string {
  return `${value.toFixed(1)} ms`;
}
