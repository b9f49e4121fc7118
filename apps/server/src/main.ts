// The composition root of the service: the one place that looks at the process, its environment and its machine.
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { isLumbungError, LumbungError } from '@lumbung/stdx';
import { systemClock, systemRandom } from '@lumbung/stdx/node';
import { parseSettings } from './config/settings.ts';
import { startService } from './service.ts';

const settings = parseSettings(process.env, process.cwd());
const say = (line: Readonly<Record<string, unknown>>): void => {
  process.stdout.write(`${JSON.stringify({ at: new Date(systemClock.nowMs()).toISOString(), ...line })}\n`);
};
const service = await startService({
  settings,
  clock: systemClock,
  random: systemRandom,
  pid: process.pid,
  hostname: os.hostname(),
  username: os.userInfo().username,
  programVersion: 'lumbung 0.1.0',
  programFolder: path.resolve(import.meta.dirname, '../../..'),
  environment: process.env,
  execPath: process.execPath,
  tell: {
    onRunEvent: (runId, event) => {
      if (event.kind !== 'progress') say({ runId, event });
    },
    onRunEnd: (record) =>
      say({
        runId: record.runId,
        kind: record.kind,
        outcome: record.outcome,
        ...('error' in record ? { error: record.error } : {}),
      }),
    onTick: (tick) => say({ tick }),
    onFault: (error) =>
      say({
        fault: isLumbungError(error)
          ? { code: error.code, message: error.message, cause: String(error.cause) }
          : error instanceof Error
            ? error.stack
            : String(error),
      }),
  },
});
process.on('SIGINT', () => void service.stop());
process.on('SIGTERM', () => void service.stop());
void LumbungError;
