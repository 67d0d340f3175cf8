import { MemoryBlobStorage } from '../../src/storage/memory/memory-blob-storage.js';
import { describeBlobStorage } from './blob-storage.contract.js';

describeBlobStorage('MemoryBlobStorage', () => ({
  storage: new MemoryBlobStorage(),
  openFiles: () => 0,
  dispose: () => {},
}));
