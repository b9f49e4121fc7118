// Checks the house against its map (rooms.mjs): direction between rooms, storeys, doors, circles, libraries, Node's own
// modules in browser rooms, and globals used outside their one home. Prints a sentence per finding.
import path from 'node:path';
import { judgeHouse } from './fence-rules.ts';
import { report } from './findings.ts';
import { readHouse } from './read-house.ts';
import { bans, rooms, testExternals } from './rooms.mjs';

const map = { rooms, bans, testExternals };
const house = readHouse(path.dirname(import.meta.dirname), map);
const count = house.rooms.reduce((sum, room) => sum + room.modules.length, 0);
report(judgeHouse(house, map), count, 'modules');
