import { FilesystemBlobStorage } from '../../src/storage/filesystem/filesystem-blob-storage.js';
import { describeBlobStorage } from './blob-storage.contract.js';
import { countingFileSystem } from './counting-file-system.js';
import { makeTemporaryFolder, removeFolder } from './temporary-folder.js';

describeBlobStorage('FilesystemBlobStorage', () => {
  const root = makeTemporaryFolder();
  const { fileSystem, openFiles } = countingFileSystem();
  const storage = new FilesystemBlobStorage({ root, durable: true, fileSystem });
  return { storage, openFiles, dispose: () => removeFolder(root) };
});
