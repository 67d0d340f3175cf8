import { type FileDescriptor, type FileSystem, nodeFileSystem } from '../../src/storage/filesystem/file-system.js';

/** The machine's own file system, and how many files are open by it. */
export function countingFileSystem(): { readonly fileSystem: FileSystem; readonly openFiles: () => number } {
  const open = new Set<FileDescriptor>();
  const counted = async (opening: Promise<FileDescriptor>): Promise<FileDescriptor> => {
    const file = await opening;
    open.add(file);
    return file;
  };
  const fileSystem: FileSystem = {
    ...nodeFileSystem,
    openForReading: (path) => counted(nodeFileSystem.openForReading(path)),
    openForWriting: (path) => counted(nodeFileSystem.openForWriting(path)),
    close: async (file) => {
      await nodeFileSystem.close(file);
      open.delete(file);
    },
  };
  return { fileSystem, openFiles: () => open.size };
}
