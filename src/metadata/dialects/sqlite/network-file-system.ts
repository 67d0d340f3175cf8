import { statfs } from 'node:fs/promises';
import { MetadataError } from '../../metadata-error.js';

/** Magic numbers of statfs(2) whose advisory locks or memory maps do not hold between machines. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9P'],
  [0x00c36400, 'CephFS'],
  [0x5346414f, 'AFS'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
]);

export type FileSystemTypeOf = (folder: string) => Promise<number>;

const readFileSystemType: FileSystemTypeOf = async (folder) => (await statfs(folder)).type;

/** Throws MetadataError where `folder` lies on a network file system, with advice. */
export async function refuseNetworkFileSystem(folder: string, typeOf = readFileSystemType): Promise<void> {
  const name = NETWORK_FILE_SYSTEMS.get((await typeOf(folder)) >>> 0);
  if (name === undefined) return;
  throw new MetadataError(
    `${folder} lies on a network file system (${name}), where SQLite's locks do not hold and the registry's facts ` +
      `could be damaged. Put storage.rootDirectory on a local disk or a block volume.`,
  );
}
