import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { fromErrorRecord, LumbungError } from '@lumbung/stdx';
import type { Control, DumpPhase } from '../driver.ts';
import type { Tool } from '../process/tool-call.ts';
import { ToolProcess } from '../process/tool-process.ts';
import { AGENT_ANSWERS, type AgentAnswer, type AgentRequest, agentMessage } from './agent/messages.ts';

/** As long as an application that writes all the time may keep us out. */
export const LOCK_WAIT_MS = 60_000;

const AGENT: Tool = { name: 'the SQLite process of Lumbung', path: process.execPath, packageName: 'lumbung' };
const SCRIPT = fileURLToPath(new URL('./agent/sqlite-agent.ts', import.meta.url));

/**
 * Lets a process of its own do one thing with a database file. Ending it ends what it holds.
 *
 * @throws LumbungError what the agent says; those of `ToolProcess`; the reason of the signal
 */
export async function runAgent<Act extends AgentRequest['act']>(
  request: Extract<AgentRequest, { act: Act }>,
  phase: DumpPhase,
  control: Control,
): Promise<AgentAnswer<Act>> {
  const child: ToolProcess = new ToolProcess(
    { tool: AGENT, args: ['--no-warnings', SCRIPT], homeFolder: '/', input: inputOf(request) },
    { ...control, isServerBusy: () => usedTime.hasGrown() },
  );
  const usedTime = new UsedTime(child.pid);
  let last: unknown;
  try {
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY })) {
      const message = agentMessage.parse(JSON.parse(line));
      if (message.kind === 'progress') {
        const { kind: _kind, ...progress } = message;
        control.progress({ phase, ...progress });
        continue;
      }
      last = message;
    }
  } catch (error) {
    child.giveUp(error);
    throw error;
  } finally {
    await child.done;
  }
  const parsed = agentMessage.safeParse(last);
  if (!parsed.success || parsed.data.kind === 'progress') throw silent();
  if (parsed.data.kind === 'failed') throw fromErrorRecord(parsed.data.error);
  // The schema of this act, whose type is that of its answer.
  return AGENT_ANSWERS[request.act].parse(parsed.data.answer) as AgentAnswer<Act>;
}

async function* inputOf(request: AgentRequest): AsyncGenerator<Uint8Array> {
  yield Buffer.from(JSON.stringify(request));
}

/** Whether a process that says nothing works all the same: checking a large database takes long. */
class UsedTime {
  readonly #pid: number | undefined;
  #before = '';

  constructor(pid: number | undefined) {
    this.#pid = pid;
  }

  async hasGrown(): Promise<boolean> {
    if (this.#pid === undefined) return false;
    const stat = await readFile(`/proc/${this.#pid}/stat`, 'utf8');
    // Fields 14 and 15, behind the name in parentheses: time in user and in system mode.
    const now = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).join();
    const hasGrown = now !== this.#before;
    this.#before = now;
    return hasGrown;
  }
}

function silent(): LumbungError {
  return new LumbungError('BUG_SQLITE_AGENT_SILENT', {
    kind: 'bug',
    message: 'the SQLite process ended without an answer',
  });
}
