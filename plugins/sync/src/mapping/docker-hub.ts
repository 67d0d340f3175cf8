const HOSTS: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

/** What the Hub is called in image names. */
export const DOCKER_HUB = 'docker.io';
/** Where its registry is: what stands at its name is a web site. */
export const DOCKER_HUB_ORIGIN = 'https://registry-1.docker.io';

export function isDockerHub(host: string): boolean {
  return HOSTS.has(host.toLowerCase());
}

/** Names under which credentials for the Hub are kept, the host itself first. */
export function credentialNamesOf(host: string): readonly string[] {
  return isDockerHub(host) ? [...new Set([host, ...HOSTS, 'https://index.docker.io/v1/'])] : [host];
}

/** What official images lie below. */
export const LIBRARY = 'library/';

/** Official images have no owner in their names, and one in the Hub's. */
export function inLibrary(remote: string): string {
  return remote.includes('/') || remote === '' ? remote : `${LIBRARY}${remote}`;
}
