import { type Digest, type Reference, RegistryError, type RepositoryName, type Tag } from '@berth/sdk';

/** The answer where a repository has no such manifest. */
export function manifestUnknown(repository: RepositoryName, reference: Reference): RegistryError {
  const asked = reference.kind === 'tag' ? { tag: reference.tag } : { digest: reference.digest };
  return new RegistryError('MANIFEST_UNKNOWN', { detail: { repository, ...asked } });
}

/** The answer where a tag no longer points at what was looked at. */
export function tagIsMoving(tags: readonly Tag[]): RegistryError {
  return new RegistryError('DENIED', {
    status: 409,
    message: 'the tag is being moved by others: try again',
    detail: { tags },
  });
}

/** The answer where deleting by digest would take several tags along unnoticed. */
export function collision(digest: Digest, tags: readonly Tag[]): RegistryError {
  return new RegistryError('DENIED', {
    status: 409,
    message: 'several tags name the manifest: delete by tag',
    detail: { digest, tags },
  });
}
