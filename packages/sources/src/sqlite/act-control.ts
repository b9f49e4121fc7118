import type { Control } from '../driver.ts';
import { growing, type TimeLimit } from '../process/act-limits.ts';

/** `control` of one whole act: its time is limited, and its counts only grow. */
export function actControl(control: Control, { signal }: TimeLimit): Control {
  const { clock, random, stallMs, hardMs } = control;
  const progress = growing<Parameters<Control['progress']>[0]>((event) => control.progress(event));
  return { clock, random, stallMs, hardMs, signal, progress, note: (line) => control.note(line) };
}
