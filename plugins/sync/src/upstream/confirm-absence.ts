import { formatReference, isSection, type Reference } from '@berth/sdk';
import { Deadline } from './deadline.js';
import type { Ask } from './fetch-manifest.js';
import { readBody } from './read-body.js';
import { dump, type UpstreamHost } from './upstream-host.js';

const MOST_BYTES = 65_536;
const BODY_TIMEOUT = 10_000;

/**
 * Resolves where the host says as a registry does that it has no such manifest: what is held is thrown away for it, and a 404 may come
 * of a path that is wrong, or of whatever stands before the registry. Rejects with UpstreamTrouble where it does not.
 */
export async function confirmAbsence(host: UpstreamHost, reference: Reference, ask: Ask): Promise<void> {
  const { repository, signal } = ask;
  const path = `/v2/${repository}/manifests/${formatReference(reference)}`;
  const response = await host.send({ method: 'GET', path, repository }, signal);
  if (response.statusCode !== 404) {
    await dump(response);
    throw host.trouble(`it answers ${response.statusCode} to GET where it said by HEAD that there is nothing`);
  }
  using deadline = new Deadline(BODY_TIMEOUT, signal);
  let bytes;
  try {
    bytes = await readBody(response.body, MOST_BYTES, deadline.signal);
  } catch (cause) {
    throw host.trouble('it broke off in the midst of an error', deadline.signal.aborted ? 504 : 502, cause);
  }
  if (!isRegistryError(bytes)) throw host.trouble('its 404 is none of a registry');
}

/** spec.md#error-codes */
function isRegistryError(bytes: Buffer | undefined): boolean {
  try {
    const document: unknown = bytes && JSON.parse(bytes.toString('utf8'));
    return isSection(document) && Array.isArray(document['errors']) && document['errors'].length > 0;
  } catch {
    return false;
  }
}
