import type { FileSystem } from '../../src/storage/filesystem/file-system.js';

export type FileSystemCall = keyof FileSystem;

/** Told of each call before it is made; what it throws, the call rejects with, and is not made. */
export type Watcher = (call: FileSystemCall, target: unknown) => void;

/** `inner`, each call of which `watch` sees first and can make fail. */
export function watchedFileSystem(inner: FileSystem, watch: Watcher): FileSystem {
  const seen =
    <Arguments extends unknown[], Result>(call: FileSystemCall, run: (...args: Arguments) => Promise<Result>) =>
    async (...args: Arguments): Promise<Result> => {
      watch(call, args[0]);
      return run(...args);
    };
  return {
    openForReading: seen('openForReading', (path) => inner.openForReading(path)),
    openForWriting: seen('openForWriting', (path) => inner.openForWriting(path)),
    read: seen('read', (file, target, position) => inner.read(file, target, position)),
    write: seen('write', (file, pieces, position) => inner.write(file, pieces, position)),
    status: seen('status', (file) => inner.status(file)),
    truncate: seen('truncate', (file, size) => inner.truncate(file, size)),
    sync: seen('sync', (file) => inner.sync(file)),
    // A file is closed even where closing it reports an error, as on Linux.
    close: async (file) => {
      try {
        watch('close', file);
      } finally {
        await inner.close(file);
      }
    },
    statusOf: seen('statusOf', (path) => inner.statusOf(path)),
    rename: seen('rename', (from, to) => inner.rename(from, to)),
    link: seen('link', (from, to) => inner.link(from, to)),
    unlink: seen('unlink', (path) => inner.unlink(path)),
    makeFolder: seen('makeFolder', (path) => inner.makeFolder(path)),
    syncFolder: seen('syncFolder', (path) => inner.syncFolder(path)),
    list: seen('list', (path) => inner.list(path)),
    space: seen('space', (path) => inner.space(path)),
  };
}
