// The parts of docs/ARCHITECTURE.md that are made from the map, so that the page cannot drift from what the fences allow.
import path from 'node:path';
import { type Ban, outside, type Room } from './rooms.mjs';

export interface DrawnMap {
  readonly rooms: readonly Room[];
  readonly bans: readonly Ban[];
}

/** Block name → its Markdown. */
export function architectureBlocks(map: DrawnMap): Record<string, string> {
  return {
    tree: tree(map.rooms),
    diagram: diagram(map.rooms),
    imports: imports(map.rooms),
    storeys: storeys(map.rooms),
    homes: homes(map.bans),
  };
}

/**
 * `page` with every `<!-- map:NAME -->…<!-- /map:NAME -->` filled from `blocks`.
 * @throws Error when a block has no place on the page
 */
export function fillBlocks(page: string, blocks: Readonly<Record<string, string>>): string {
  return Object.entries(blocks).reduce((filled, [name, block]) => {
    const [begin, end] = [`<!-- map:${name} -->`, `<!-- /map:${name} -->`];
    const [from, to] = [filled.indexOf(begin), filled.indexOf(end)];
    if (from === -1 || to < from) throw new Error(`docs/ARCHITECTURE.md has no place for the block "${name}"`);
    return `${filled.slice(0, from + begin.length)}\n${block}\n${filled.slice(to)}`;
  }, page);
}

const shortName = (room: Room): string => path.posix.basename(room.path);
const later = (room: Room): string => (room.planned === true ? ' (not built yet)' : '');

function tree(rooms: readonly Room[]): string {
  const line = (indent: string, room: Room): string =>
    `${indent}${`${shortName(room)}/`.padEnd(12)} ${room.gives}${later(room)}`;
  const under = (parent: string): string[] =>
    rooms.filter((room) => path.posix.dirname(room.path) === parent).map((room) => line('  ', room));
  const loose = rooms.filter((room) => path.posix.dirname(room.path) === '.').map((room) => line('', room));
  return ['```', 'packages/', ...under('packages'), 'apps/', ...under('apps'), ...loose, '```'].join('\n');
}

function diagram(rooms: readonly Room[]): string {
  const house = rooms.filter((room) => room.storey !== outside);
  const storeyNumbers = [...new Set(house.map((room) => room.storey))].toSorted((a, b) => b - a);
  const node = (room: Room): string => `    ${shortName(room)}${room.planned === true ? ':::planned' : ''}`;
  const groups = storeyNumbers.flatMap((storey) => [
    `  subgraph s${storey} ["storey ${storey}"]`,
    ...house.filter((room) => room.storey === storey).map(node),
    '  end',
  ]);
  const edges = house.flatMap((room) =>
    Object.entries(room.mayImport)
      // A room without doors is there for the tests alone.
      .filter(([, doors]) => doors.length > 0)
      .map(([target]) => `  ${shortName(room)} --> ${path.posix.basename(target)}`),
  );
  return ['```mermaid', 'flowchart TD', ...groups, ...edges, '  classDef planned stroke-dasharray: 4 4', '```'].join(
    '\n',
  );
}

function imports(rooms: readonly Room[]): string {
  const door = (target: string, doors: readonly string[]): string =>
    doors.map((each) => `${path.posix.basename(target)}${each.slice(1)}`).join(', ');
  const row = (room: Room): string => {
    const may = Object.entries(room.mayImport).flatMap(([target, doors]) =>
      doors.length === 0 ? [] : [door(target, doors)],
    );
    const byPlace = Map.groupBy(Object.entries(room.externals), ([, places]) => places.join(', '));
    const libraries = [...byPlace].map(([places, group]) => {
      const names = group.map(([name]) => name).join(', ');
      return places === '.' ? names : `${names} (in ${places})`;
    });
    const node = room.node.length === 0 ? 'no' : room.node[0] === '.' ? 'yes' : `in ${room.node.join(', ')}`;
    return `| ${room.path}${later(room)} | ${may.join(', ') || 'nothing'} | ${libraries.join(', ') || '–'} | ${node} |`;
  };
  return ['| room | may import | libraries | Node’s modules |', '| --- | --- | --- | --- |', ...rooms.map(row)].join(
    '\n',
  );
}

function storeys(rooms: readonly Room[]): string {
  return rooms
    .flatMap((room) => (room.storeys === undefined ? [] : [{ room, list: room.storeys }]))
    .map(({ room, list }) => {
      const rows = list.map(
        ({ name, gives }, index) => `| ${index + 1} | \`${name.endsWith('.ts') ? name : `${name}/`}\` | ${gives} |`,
      );
      return [`| ${shortName(room)} | folder | gives |`, '| --- | --- | --- |', ...rows].join('\n');
    })
    .join('\n\n');
}

function homes(bans: readonly Ban[]): string {
  const row = (ban: Ban): string => {
    const places = ban.homes
      .filter((home) => home.path.includes('/'))
      .map((home) => `\`${home.path}\`: ${home.because}`);
    const uses = ban.uses.map((use) => `\`${use}\``).join(' ');
    return `| ${ban.what} | ${uses} | ${places.join('<br>') || 'none'} | ${ban.instead} |`;
  };
  return ['| | uses | its home | elsewhere |', '| --- | --- | --- | --- |', ...bans.map(row)].join('\n');
}
