import { DEFAULT_STORE, type Digest, parseRepositoryName, parseTag, type RepositoryName, type Tag } from '@berth/sdk';
import type { NewManifest } from '../../src/metadata/manifests.js';
import type { Facts } from '../../src/metadata/schema.js';
import { digestBytes } from '../kit/builders/built-manifest.js';
import type { MetadataNouns } from './metadata-nouns.js';

export const AT = 1_700_000_000_000;

export function nameOf(text: string): RepositoryName {
  const name = parseRepositoryName(text);
  if (!name) throw new Error(`${text} is no repository name`);
  return name;
}

export function tagOf(text: string): Tag {
  const tag = parseTag(text);
  if (!tag) throw new Error(`${text} is no tag`);
  return tag;
}

/** A digest that stands for `text`. */
export function digestOfText(text: string): Digest {
  return digestBytes(Buffer.from(text));
}

export function aManifestRow(repositoryId: number, text: string, more: Partial<NewManifest> = {}): NewManifest {
  return {
    repositoryId,
    digest: digestOfText(text),
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: undefined,
    subject: undefined,
    annotations: undefined,
    bytes: Buffer.from(text),
    origin: 'pushed',
    references: [],
    actor: undefined,
    at: AT,
    ...more,
  };
}

/** Makes the repository hold a blob named `text`, at a location that no other has. */
export async function putBlob(
  { blobs, memberships }: MetadataNouns,
  facts: Facts,
  repositoryId: number,
  text: string,
  at = AT,
): Promise<Digest> {
  const digest = digestOfText(text);
  await blobs.insert(facts, { store: DEFAULT_STORE, digest, size: text.length, location: `at/${text}`, at });
  await memberships.put(facts, { repositoryId, store: DEFAULT_STORE, digest, at });
  return digest;
}

let repositoriesMade = 0;

/** A repository that no other test has. */
export async function aRepository({
  database,
  repositories,
}: MetadataNouns): Promise<{ readonly name: RepositoryName; readonly id: number }> {
  const name = nameOf(`test/repository-${String(repositoriesMade++)}`);
  const { id } = await database.transaction((facts) =>
    repositories.ensure(facts, { name, store: DEFAULT_STORE, actor: 'ann', at: AT }),
  );
  return { name, id };
}
