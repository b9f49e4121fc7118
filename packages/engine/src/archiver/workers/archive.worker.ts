import { parentPort, workerData } from 'node:worker_threads';
import { runArchiveWorker } from './archive-worker.ts';

if (parentPort !== null) runArchiveWorker(parentPort, workerData);
