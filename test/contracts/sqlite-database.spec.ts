import { SqliteDatabase } from '../../src/metadata/dialects/sqlite/sqlite.database.js';
import { describeMetadata } from './metadata.contract.js';
import { makeTemporaryFolder, removeFolder } from './temporary-folder.js';

describeMetadata('SqliteDatabase', () => {
  const folder = makeTemporaryFolder();
  return { database: new SqliteDatabase({ folder, durable: true }), dispose: () => removeFolder(folder) };
});
