import { tmpdir } from 'node:os';
import type { Control } from '../../driver.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { findPostgresTool } from '../../process/find-tool.ts';
import type { RunControl, Tool, ToolCall } from '../../process/tool-call.ts';
import { majorOf } from '../restore/dump-details.ts';
import { tocTar } from './toc-tar.ts';

const TOOL_MAJOR_MIN = 10;

/** A `pg_restore` that can read the archive of a dump. @throws LumbungError DB_TOOL_MISSING, DB_TOOL_TOO_OLD (operator) */
export async function findArchiveTool(manifest: Manifest): Promise<Tool> {
  const major = Math.max(Math.trunc(majorOf(manifest.toolVersion ?? manifest.serverVersion)), TOOL_MAJOR_MIN);
  return await findPostgresTool('pg_restore', major);
}

/** Without a server, and without a file: the archive goes through a pipe. */
export function archiveCall(tool: Tool, toc: Buffer, args: readonly string[]): ToolCall {
  return { tool, args: ['--format=tar', ...args], homeFolder: tmpdir(), input: chunksOf(toc), inputNeeded: 'some' };
}

export function archiveControl({ signal, clock, stallMs, hardMs }: Control): RunControl {
  return { signal, clock, stallMs, hardMs };
}

async function* chunksOf(toc: Buffer): AsyncGenerator<Uint8Array> {
  yield* tocTar(toc);
}
