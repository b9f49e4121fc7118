// Checks the house against its map (rooms.mjs): direction between rooms, storeys, doors, circles, libraries, Node's own
// modules in browser rooms, and globals used outside their one home. Prints a sentence per finding.
import path from 'node:path';
import { judgeHouse } from './fence-rules.ts';
import { readHouse } from './read-house.ts';
import { bans, rooms, testExternals } from './rooms.mjs';

const map = { rooms, bans, testExternals };
const house = readHouse(path.dirname(import.meta.dirname), map);
const findings = judgeHouse(house, map);
for (const finding of findings) console.log(finding);

const count = house.rooms.reduce((sum, room) => sum + room.modules.length, 0);
console.log(
  `${count} modules in ${house.rooms.filter((room) => room.modules.length > 0).length} rooms, ${findings.length} findings`,
);
if (findings.length > 0 || count === 0) process.exitCode = 1;
