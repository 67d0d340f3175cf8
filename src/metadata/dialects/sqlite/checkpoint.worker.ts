import { parentPort, workerData } from 'node:worker_threads';
import SqliteConnection from 'better-sqlite3';

/*
 * The thread of `Checkpoints`: whatever it is sent, it checkpoints and says so; whatever goes wrong ends it, and its
 * connection with it. Tests run this file as it stands, by Node itself, so it imports nothing of ours.
 */
const connection = new SqliteConnection(String(workerData), { fileMustExist: true });
connection.pragma('synchronous = NORMAL');
parentPort?.on('message', () => {
  connection.pragma('wal_checkpoint(PASSIVE)');
  parentPort?.postMessage('done');
});
parentPort?.postMessage('ready');
