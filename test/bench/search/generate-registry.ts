import { type Random, seededRandom } from '../random.ts';
import {
  generatedConfig,
  generatedImage,
  generatedIndex,
  generatedReferrer,
  type GeneratedManifest,
  layerNamed,
  type Named,
} from './generated-image.ts';
import { RegistryWriter } from './registry-writer.ts';

export interface RegistrySize {
  readonly repositories: number;
  readonly tags: number;
}

const DAY = 86_400_000;
const BASES = 40;
const SIGNATURE = 'application/vnd.cncf.notary.signature';
const SBOM = 'application/spdx+json';
const PRODUCTS = ['nginx', 'redis', 'postgres', 'api', 'web', 'worker', 'proxy', 'builder', 'cron', 'debug'];

/** Names as teams have them, and mirrored ones: `team-7/nginx-12`, `docker.io/library/redis-3`. */
function nameOf(at: number): { readonly name: string; readonly upstream: string | null } {
  const product = PRODUCTS[at % PRODUCTS.length] ?? '';
  return at % 10 === 0
    ? { name: `docker.io/library/${product}-${at}`, upstream: 'docker.io' }
    : { name: `team-${at % 97}/${product}-${at}`, upstream: null };
}

/** One repository has a twentieth of all tags, ten a hundredth each, the others what is left. */
function tagCounts({ repositories, tags }: RegistrySize): number[] {
  const large = [Math.floor(tags / 20), ...Array.from({ length: 10 }, () => Math.floor(tags / 100))];
  const left = tags - large.reduce((sum, count) => sum + count, 0);
  const others = repositories - large.length;
  return [
    ...large,
    ...Array.from({ length: others }, (_, at) => Math.floor(left / others) + (at < left % others ? 1 : 0)),
  ];
}

/** Fills the root folder of a server that has made its database and does not run. Gives how many manifests there are. */
export function generateRegistry(root: string, size: RegistrySize, now: number): number {
  const writer = new RegistryWriter(root, now);
  let manifests = 0;
  for (const [at, tags] of tagCounts(size).entries()) {
    const { name, upstream } = nameOf(at);
    manifests += new RepositoryFilling(writer, seededRandom(at + 1), name, upstream, now).fill(tags);
  }
  writer.close();
  return manifests;
}

class RepositoryFilling {
  readonly #writer: RegistryWriter;
  readonly #random: Random;
  readonly #name: string;
  readonly #id: number;
  readonly #now: number;
  #manifests = 0;

  constructor(writer: RegistryWriter, random: Random, name: string, upstream: string | null, now: number) {
    this.#writer = writer;
    this.#random = random;
    this.#name = name;
    this.#now = now;
    this.#id = writer.repository(name, upstream);
  }

  fill(tags: number): number {
    const architectures = ['amd64', 'amd64', 'amd64', 'arm64'];
    const configs = architectures.map((architecture, at) =>
      generatedConfig(this.#random, `${this.#name}-${at}`, architecture),
    );
    for (const config of configs) this.#writer.blob(this.#id, config);
    for (let at = 0; at < tags; at++) {
      const pushedAt = this.#now - Math.floor(this.#random() * 365) * DAY;
      const config = configs[at % configs.length] ?? configs[0];
      if (!config) throw new Error('there is no configuration');
      const image = (suffix: string): GeneratedManifest => generatedImage(config, this.#layers(at), `${at}${suffix}`);
      const manifest = at % 10 === 9 ? this.#index(image('-amd64'), image('-arm64'), pushedAt) : image('');
      const id = this.#put(manifest, pushedAt);
      this.#writer.tag(this.#id, `${at % 7}.${Math.floor(at / 7)}.${at % 3}`, id, pushedAt);
      this.#writer.pulls(this.#id, manifest.digest, Math.floor(this.#random() * 1000));
      if (at % 20 === 3) this.#put(generatedReferrer(manifest, SIGNATURE), pushedAt);
      if (at % 50 === 7) this.#put(generatedReferrer(manifest, SBOM), pushedAt);
    }
    return this.#manifests;
  }

  #index(amd64: GeneratedManifest, arm64: GeneratedManifest, at: number): GeneratedManifest {
    this.#put(amd64, at);
    this.#put(arm64, at);
    return generatedIndex([
      [amd64, 'amd64'],
      [arm64, 'arm64'],
    ]);
  }

  #put(manifest: GeneratedManifest, at: number): number {
    this.#manifests += 1;
    return this.#writer.manifest(this.#id, manifest, at);
  }

  /** Two of a base that many have, one of the repository, two of its own. */
  #layers(at: number): readonly Named[] {
    const base = Math.floor(this.#random() ** 2 * BASES);
    return [
      layerNamed(`base ${base} lower`, 30_000_000),
      layerNamed(`base ${base} upper`, 5_000_000),
      layerNamed(this.#name, 1_000_000 + base),
      layerNamed(`${this.#name} ${at} code`, Math.floor(this.#random() * 2_000_000_000)),
      layerNamed(`${this.#name} ${at} settings`, 2_000),
    ];
  }
}
