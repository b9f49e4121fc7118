// A process of its own for everything that opens a database file. Locks of POSIX belong to the process: were anybody else in
// ours to read and close the same file (a backup of the folder it lies in), the locks of SQLite on it would be gone. Also, a
// hostile file can crash or hold up no more than this, and whatever it does ends when the process is ended.

import { text } from 'node:stream/consumers';
import { toErrorRecord } from '@lumbung/stdx';
import { copyDatabase } from './copy-database.ts';
import { copyTables } from './copy-tables.ts';
import { inspectDatabase } from './inspect-database.ts';
import type { AgentRequest, Report } from './messages.ts';
import { askDatabase, describeDatabase, settleDatabase } from './small-acts.ts';
import { errorOfSqlite } from './sqlite-error.ts';

const report: Report = (progress) => say({ kind: 'progress', ...progress });

function say(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function act(request: AgentRequest): unknown {
  switch (request.act) {
    case 'describe':
      return describeDatabase(request);
    case 'copy':
      return copyDatabase(request, report);
    case 'inspect':
      return inspectDatabase(request, report);
    case 'copy-tables':
      return copyTables(request);
    case 'settle':
      return settleDatabase(request);
    case 'ask':
      return askDatabase(request);
  }
}

// Our own program asks; its request needs no checking.
const request = JSON.parse(await text(process.stdin)) as AgentRequest;
try {
  say({ kind: 'done', answer: await act(request) });
} catch (error) {
  const about = 'to' in request && request.act === 'copy-tables' ? request.to : request.path;
  say({ kind: 'failed', error: toErrorRecord(errorOfSqlite(error, about)) });
}
