import { describe, expect, it } from 'vitest';
import { architectureBlocks, fillBlocks } from './architecture-blocks.ts';
import { judgeDocuments } from './document-rules.ts';
import { bans, rooms } from './rooms.mjs';

const SHELF: Readonly<Record<string, string>> = {
  'package.json': '{ "scripts": { "fuzz": "…" } }',
  'README.md': '# House\n\n[glossary](docs/GLOSSARY.md#glossary) [decisions](docs/decisions/) `npm run fuzz`\n',
  'docs/GLOSSARY.md':
    '# Glossary\n\n| word | Indonesian | meaning |\n| --- | --- | --- |\n| act | tindakan | done |\n| pack | pak | file |\n',
  'docs/decisions/0001-first.md': '# 0001: first\n\n## Context\n\n## Decision\n\n## Consequences\n',
  'changelog/unreleased/0001-first.md': 'Enhancement: it exists at last\n\nIt was not there.\n',
  'packages/x/src/a.ts': '// @see docs/GLOSSARY.md#glossary\n',
};

const judge = (changes: Readonly<Record<string, string>> = {}): string[] =>
  judgeDocuments({
    files: Object.entries({ ...SHELF, ...changes }).map(([path, text]) => ({ path, text })),
  });

describe('documents', () => {
  it('passes a shelf in order', () => {
    expect(judge()).toEqual([]);
  });

  it.each([
    [
      { 'README.md': `${SHELF['README.md']}[x](docs/gone.md)\n` },
      'README.md:4: the link leads nowhere: docs/gone.md does not exist.',
    ],
    [
      { 'README.md': `${SHELF['README.md']}[x](docs/GLOSSARY.md#gone)\n` },
      'README.md:4: the link leads nowhere: docs/GLOSSARY.md has no heading #gone.',
    ],
    [
      { 'packages/x/src/a.ts': '// @see docs/GLOSSARY.md#pack\n' },
      'packages/x/src/a.ts:1: the reference leads nowhere: docs/GLOSSARY.md has no heading #pack.',
    ],
    [
      { 'docs/lonely.md': '# Lonely\n' },
      'docs/lonely.md: no page leads here: link it from README.md or from a page that is linked there.',
    ],
    [
      { 'docs/decisions/0003-third.md': SHELF['docs/decisions/0001-first.md'] ?? '' },
      'docs/decisions/0003-third.md: decisions are numbered without gaps: this one should begin with 0002-.',
    ],
    [
      { 'docs/decisions/0001-first.md': '# 0001: first\n' },
      'docs/decisions/0001-first.md: it has no part "## Context".',
    ],
    [
      { 'changelog/unreleased/0001-first.md': 'Fixed things\n\nx\n' },
      'changelog/unreleased/0001-first.md:1: begin with "Bugfix: ", "Enhancement: ", "Change: " or "Security: " and a sentence.',
    ],
    [
      { 'docs/GLOSSARY.md': `${SHELF['docs/GLOSSARY.md']}| blob | | x |\n` },
      'docs/GLOSSARY.md:7: "blob" lacks its Indonesian word or its meaning.',
    ],
    [
      { 'docs/GLOSSARY.md': `${SHELF['docs/GLOSSARY.md']}| blob | blob | x |\n` },
      'docs/GLOSSARY.md:7: "blob" belongs before "pack", or is there twice.',
    ],
    [
      { 'README.md': '[g](docs/GLOSSARY.md) [d](docs/decisions/) npm run gone\n' },
      'README.md:1: package.json has no script "gone".',
    ],
  ])('refuses %j', (changes, sentence) => {
    expect(judge(changes)).toContain(sentence);
  });
});

describe('the architecture page', () => {
  const blocks = architectureBlocks({ rooms, bans });

  it('shows every room, storey and home of the map', () => {
    for (const room of rooms) expect(blocks['tree']).toContain(room.gives);
    for (const room of rooms)
      for (const storey of room.storeys ?? []) expect(blocks['storeys']).toContain(storey.gives);
    for (const ban of bans) expect(blocks['homes']).toContain(ban.instead);
  });

  it('is stale as soon as the map gains a room', () => {
    const page = Object.keys(blocks)
      .map((name) => `<!-- map:${name} -->\n<!-- /map:${name} -->`)
      .join('\n');
    const drawn = fillBlocks(page, blocks);
    expect(fillBlocks(drawn, blocks)).toBe(drawn);
    const attic = {
      path: 'packages/attic',
      gives: 'what nobody needs',
      storey: 5,
      mayImport: {},
      externals: {},
      node: [],
    };
    expect(fillBlocks(drawn, architectureBlocks({ rooms: [...rooms, attic], bans }))).not.toBe(drawn);
  });

  it('is refused when a block has no place on it', () => {
    expect(() => fillBlocks('# Architecture\n', blocks)).toThrow(
      'docs/ARCHITECTURE.md has no place for the block "tree"',
    );
  });
});
