import os from 'node:os';

/** The parent snapshot is looked for by host name: stock clients must find ours, and the other way round. */
export const identity = { hostname: os.hostname(), username: 'tester', uid: 0, gid: 0, pid: process.pid };
