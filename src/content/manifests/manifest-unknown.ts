import { type Reference, RegistryError, type RepositoryName } from '@berth/sdk';

/** The answer where a repository has no such manifest. */
export function manifestUnknown(repository: RepositoryName, reference: Reference): RegistryError {
  const asked = reference.kind === 'tag' ? { tag: reference.tag } : { digest: reference.digest };
  return new RegistryError('MANIFEST_UNKNOWN', { detail: { repository, ...asked } });
}
