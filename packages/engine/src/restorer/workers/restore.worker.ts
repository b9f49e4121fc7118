import { parentPort, workerData } from 'node:worker_threads';
import { runRestoreWorker } from './restore-worker.ts';

if (parentPort !== null) runRestoreWorker(parentPort, workerData);
