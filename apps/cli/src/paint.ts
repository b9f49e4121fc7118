import { styleText } from 'node:util';
import type { TextOutput, World } from './world.ts';

/** How words stand out on a terminal; elsewhere they do not. One accent, which light and dark backgrounds bear. */
export interface Paint {
  /** Headings, and titles of tables. */
  heading(text: string): string;
  /** What can be typed: commands, options. */
  accent(text: string): string;
  /** What only separates. */
  quiet(text: string): string;
  /** The word before a problem. */
  problem(text: string): string;
}

type Format = Parameters<typeof styleText>[0];

function paintOf(isColoured: boolean): Paint {
  const painter = (format: Format) => (text: string) =>
    isColoured && text !== '' ? styleText(format, text, { validateStream: false }) : text;
  return {
    heading: painter('bold'),
    accent: painter('cyan'),
    quiet: painter('dim'),
    problem: painter(['bold', 'red']),
  };
}

export const PLAIN_PAINT: Paint = paintOf(false);

/** @see https://no-color.org */
export function paintFor(stream: TextOutput, variable: World['variable']): Paint {
  return paintOf(stream.isTTY === true && variable('NO_COLOR') === undefined && variable('TERM') !== 'dumb');
}
