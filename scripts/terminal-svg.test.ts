import { describe, expect, it } from 'vitest';
import { screenOf } from './terminal-screen.ts';
import { terminalSvg } from './terminal-svg.ts';

function textOf(output: string): string[] {
  return screenOf(output).map((line) => line.map(({ text }) => text).join(''));
}

describe('screenOf', () => {
  it('keeps what was written over, cleared or moved to as a terminal does', () => {
    expect(textOf('abc\rx\n')).toEqual(['xbc']);
    expect(textOf('one\r\ntwo\r\n\x1b[1A\x1b[Jthree')).toEqual(['one', 'three']);
    expect(textOf('abc\x1b[2D\x1b[Kz')).toEqual(['az']);
    expect(textOf('\x1b[?25la\x1b[4Gb\x1b[?25h')).toEqual(['a  b']);
    expect(textOf('status\x1b[1G\x1b[0Kdone')).toEqual(['done']);
  });

  it('knows how each sign looks, and drops colours it does not know', () => {
    const [line = []] = screenOf('\x1b[1;31ma\x1b[39mb\x1b[mc\x1b[35md');
    expect(line.map(({ styles }) => styles)).toEqual(['bold red', 'bold', '', '']);
  });
});

describe('terminalSvg', () => {
  it('has a title, both schemes, and nothing that text could break', () => {
    const svg = terminalSvg(screenOf('$ \x1b[1ma\x1b[22m <b> & "c"'), { columns: 20, title: 'A & B' });
    expect(svg).toContain('<title>A &#38; B</title>');
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).toContain('textLength="8.4" class="bold">a</text>');
    expect(svg).toContain('&#60;b&#62; &#38; &#34;c&#34;');
  });
});
