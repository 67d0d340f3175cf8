import { join } from 'node:path';
import { algorithmOf, type Digest, encodedOf } from '@berth/sdk';

/*
 * <root>/
 *   berth.db                                        the facts
 *   blobs/<algorithm>/<first two>/<hex>.<upload id>  one file for each write that was committed
 *   uploads/<upload id>                             bytes of a push in progress
 *   quarantine/<location>                           damaged bytes, kept aside
 */
const BLOBS = 'blobs';
const UPLOADS = 'uploads';
const QUARANTINE = 'quarantine';

/** Names bytes in a store: relative to its root, with `/` between segments. */
export type Location = string;

/** The location of one write of a digest. The upload it came by tells writes of the same digest apart. */
export function blobLocation(digest: Digest, upload: string): Location {
  const encoded = encodedOf(digest);
  return `${BLOBS}/${algorithmOf(digest)}/${encoded.slice(0, 2)}/${encoded}.${upload}`;
}

/** The upload that the bytes at a location came by. */
export function uploadOf(location: Location): string {
  return location.slice(location.lastIndexOf('.') + 1);
}

/** Where the bytes of `location` lie once they are damaged. */
export function quarantineLocation(location: Location): Location {
  return `${QUARANTINE}/${location}`;
}

/** Where damaged bytes lay before they were set aside; `undefined` for a location of bytes that were not. */
export function originalLocation(location: Location): Location | undefined {
  return location.startsWith(`${QUARANTINE}/`) ? location.slice(QUARANTINE.length + 1) : undefined;
}

export function pathOf(root: string, location: Location): string {
  return join(root, ...location.split('/'));
}

export function blobsFolder(root: string): string {
  return join(root, BLOBS);
}

export function quarantineFolder(root: string): string {
  return join(root, QUARANTINE);
}

export function uploadsFolder(root: string): string {
  return join(root, UPLOADS);
}

export function uploadPath(root: string, upload: string): string {
  return join(root, UPLOADS, upload);
}
