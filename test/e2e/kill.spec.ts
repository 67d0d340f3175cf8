import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Digest } from '@berth/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import { anImage } from '../kit/builders/builders.js';
import type { BuiltManifest } from '../kit/builders/built-manifest.js';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { testSeed } from '../kit/builders/test-seed.js';
import { pushManifest } from '../kit/push.js';
import { isConnectionFailure } from './connection-failure.js';
import { blobVerifies, pullAndVerify } from './pull-and-verify.js';
import { runCommand } from './run-command.js';
import { SERVER_ENTRY, type ServerProcess } from './server-process.js';
import { filesBelow, storedDigests } from './stored-files.js';
import { rootDirectoryOf, useServers } from './use-servers.js';

const ROUNDS = Array.from({ length: 20 }, (_, index) => index + 1);
const PUSHERS = 20;
const KIBIBYTE = 1024;
const LATEST_KILL = 800;

interface Attempt {
  readonly repository: string;
  readonly tag: string;
  readonly image: BuiltManifest;
  /** Whether the manifest's PUT was answered 201. */
  answered: boolean;
}

/** One root through all rounds, so that what an earlier crash left behind is there in the later ones. */
describe('a server that is killed in the middle of twenty concurrent pushes', () => {
  const servers = useServers();
  const visible = new Set<Digest>();
  const allAttempts: Attempt[] = [];
  let folder: string;

  beforeAll(async () => {
    folder = await servers.folder();
  });

  it.each(ROUNDS)('keeps what it answered and shows nothing by half, round %i', async (round) => {
    const random = new SeededRandom(testSeed(), `round ${String(round)}`);
    const attempts = await pushUntilKilled(await servers.start({}, folder), round, random);

    const restarted = await servers.start({}, folder);
    for (const attempt of attempts) await verify(restarted, attempt);
    allAttempts.push(...attempts);
    expect((await restarted.stop()).code).toBe(0);

    const config = await servers.configure(folder, { storage: { gcDelay: '0s' } });
    await runCommand(process.execPath, [SERVER_ENTRY, 'gc', config]);
    expect([...(await storedDigests(rootDirectoryOf(folder)))].sort()).toEqual([...visible].sort());
    expect(await filesBelow(join(rootDirectoryOf(folder), 'uploads'))).toEqual([]);
  });

  it('still gives every image it ever answered, after all the rounds', async () => {
    const answeredImages = allAttempts.filter(({ answered }) => answered);
    // Were either of them none, then the kills would all have come too early or too late to show anything.
    expect(answeredImages.length).toBeGreaterThan(ROUNDS.length);
    expect(allAttempts.length - answeredImages.length).toBeGreaterThan(ROUNDS.length);
    const { request } = await servers.start({}, folder);
    for (const { repository, tag, image } of answeredImages) {
      expect((await pullAndVerify(request, repository, tag))?.manifests).toEqual(new Set([image.digest]));
    }
  });

  async function pushUntilKilled(server: ServerProcess, round: number, random: SeededRandom): Promise<Attempt[]> {
    const attempts: Attempt[] = [];
    const { request } = server;
    const shared = [random.bytes(64 * KIBIBYTE), random.bytes(256 * KIBIBYTE)] as const;

    async function pushOneAfterTheOther(pusher: number): Promise<void> {
      const repository = `killed/round-${String(round)}/by-${String(pusher % 4)}`;
      for (let count = 0; !server.ended; count += 1) {
        // One layer is shared with other pushers, so that the same digest is often written by several at once.
        const image = anImage({ seed: random.integer(0, 2 ** 32 - 1) })
          .withLayers(2)
          .withLayerSize(64 * KIBIBYTE, 512 * KIBIBYTE)
          .withLayer(random.pick(shared))
          .build();
        const attempt: Attempt = { repository, tag: `by-${String(pusher)}-${String(count)}`, image, answered: false };
        attempts.push(attempt);
        await pushManifest(request, repository, image, { tag: attempt.tag });
        attempt.answered = true;
      }
    }

    const pushers = Array.from({ length: PUSHERS }, (_, pusher) => pushOneAfterTheOther(pusher));
    const ended = Promise.allSettled(pushers);
    // Not a wait for something: the moment of the crash is what each round chooses anew.
    await delay(random.integer(0, LATEST_KILL));
    await server.kill();
    for (const outcome of await ended) {
      if (outcome.status === 'rejected' && !isConnectionFailure(outcome.reason)) throw outcome.reason;
    }
    return attempts;
  }

  /** An answered image is there; any other is there whole or not at all; and so is each of its blobs. */
  async function verify({ request }: ServerProcess, { repository, tag, image, answered }: Attempt): Promise<void> {
    const pulled = await pullAndVerify(request, repository, tag);
    if (answered) expect(pulled?.manifests, `${repository}:${tag} was answered 201`).toEqual(new Set([image.digest]));
    expect(pulled === undefined || pulled.manifests.has(image.digest)).toBe(true);
    for (const digest of pulled?.blobs ?? []) visible.add(digest);
    if (!pulled) for (const { digest } of image.blobs) await blobVerifies(request, repository, digest);
  }
});
