import { runPackWorker } from './worker-port.ts';

runPackWorker();
