import { LumbungError } from '@lumbung/stdx';
import type { RunControl, ToolCall } from './tool-call.ts';
import { ToolProcess } from './tool-process.ts';

const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

export interface ToolOutput {
  readonly stdout: Buffer;
  /** Without secrets. */
  readonly stderr: string;
}

/**
 * Runs a program whose output is small to its end.
 *
 * @throws LumbungError DB_TOOL_OUTPUT_TOO_LARGE (operator); see `ToolProcess` for the rest
 */
export async function runTool(
  call: ToolCall,
  control: RunControl,
  outputBytesMax: number = OUTPUT_BYTES_MAX,
): Promise<ToolOutput> {
  const child = new ToolProcess(call, control);
  const chunks: Buffer[] = [];
  let bytes = 0;
  // What the iteration throws is what `done` rejects with, and `done` also waits for the process.
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > outputBytesMax) {
        const { name: tool } = call.tool;
        child.giveUp(
          new LumbungError('DB_TOOL_OUTPUT_TOO_LARGE', {
            kind: 'operator',
            message: `${tool} says more than can be taken`,
            context: { tool, limitBytes: outputBytesMax },
          }),
        );
        break;
      }
      chunks.push(chunk);
    }
  } finally {
    await child.done;
  }
  return { stdout: Buffer.concat(chunks), stderr: child.stderr() };
}
