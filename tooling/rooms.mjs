// The map of the house as data. The fences (fences.ts), the diagram in docs/ARCHITECTURE.md, the order of the tests and
// the vitest projects are all made from it, so a new room, storey, library or exception is written here and nowhere else.

/** @typedef {{ readonly name: string, readonly gives: string }} Storey */
/**
 * @typedef {object} Room
 * @property {string} path folder, from the root
 * @property {string} gives one line for the tree in docs/ARCHITECTURE.md
 * @property {number} storey imports point to a lower one; `outside` stands beside the house: tests, tools, programs
 * @property {Readonly<Record<string, readonly string[]>>} mayImport rooms by path, each with the doors that may be used:
 *   keys of that room's package.json `exports`. Doors under ./testing are open to tests everywhere
 * @property {Readonly<Record<string, readonly string[]>>} externals libraries, each with the folders or files of this room
 *   that may import it ('.' for all)
 * @property {readonly string[]} node folders that may use Node's own modules: ['.'] everywhere, [] for a browser room
 * @property {readonly Storey[]} [storeys] folders under src/ (or files there), ground floor first: a storey imports only those
 *   before it
 * @property {readonly string[]} [strangers] storeys that may not import each other, in either direction
 * @property {boolean} [planned] on the map, not built yet
 */

export const outside = -1;
const everywhere = Object.freeze(['.']);
const nowhere = Object.freeze(/** @type {readonly string[]} */ ([]));

/** @type {readonly Room[]} */
export const rooms = [
  {
    path: 'packages/stdx',
    gives: 'what we wish Node shipped: brands, errors, clock, byte sizes, byte strings. Knows no backup word',
    storey: 0,
    mayImport: {},
    externals: { koffi: ['src/node'] },
    node: ['src/node', 'src/testing'],
  },
  {
    path: 'packages/contracts',
    gives: 'the words both sides speak, and the schemas of what crosses a door: the procedure. Runs in a browser',
    storey: 1,
    mayImport: { 'packages/stdx': ['.'] },
    externals: { zod: everywhere },
    node: nowhere,
  },
  {
    path: 'packages/backend',
    gives:
      'opaque named files: drivers local and mem; wrappers retry, limit, readonly; testing/ = conformance suite and faults',
    storey: 1,
    mayImport: { 'packages/stdx': ['.', './node'] },
    externals: {},
    node: everywhere,
  },
  {
    path: 'packages/engine',
    gives:
      'the repository: blobs, packs, index, snapshots; backup, restore, check, forget, prune, copy. Knows no job, HTTP, SQL',
    storey: 2,
    // Only the interface: a driver is picked by whoever opens the repository.
    mayImport: { 'packages/stdx': ['.', './node'], 'packages/backend': ['.'] },
    externals: {
      'sodium-native': ['src/crypto'],
      zod: everywhere,
      'tar-stream': ['src/restorer'],
      yazl: ['src/restorer'],
    },
    node: everywhere,
    storeys: [
      { name: 'crypto', gives: 'master keys, key derivation, seals, hashes: the only user of node:crypto' },
      {
        name: 'compression',
        gives: 'zstd, with incompressible data detected and stored as it is; bounded when reading',
      },
      { name: 'chunker', gives: 'content-defined cutting: polynomials, the Rabin kernel in WebAssembly; pure' },
      { name: 'format', gives: 'exact bytes on disk, parsed and printed; no input or output' },
      { name: 'filter', gives: 'include and exclude patterns; pure' },
      { name: 'pack', gives: 'blobs into packs and out again' },
      { name: 'blob-index', gives: 'which pack holds which blob, in typed arrays' },
      { name: 'cache', gives: 'a local copy of what every command reads: index, snapshots, tree packs' },
      { name: 'repository', gives: 'create, open, lock; load and save blobs; the only user of Backend' },
      { name: 'snapshot', gives: 'find, group, walk, compare snapshots and trees' },
      { name: 'retention', gives: 'policy + snapshots → keep and remove, with reasons; pure' },
      { name: 'archiver', gives: 'folders and streams → blobs and trees → a snapshot, saved last' },
      { name: 'restorer', gives: 'a snapshot → files, or an archive stream' },
      { name: 'maintenance', gives: 'check, forget, prune, repair, copy, rewrite: planned, then executed' },
    ],
  },
  {
    path: 'packages/sources',
    gives: 'dump and restore one kind of source: databases, and where applications keep them. Knows no repository',
    storey: 2,
    mayImport: { 'packages/stdx': ['.', './node'] },
    externals: { zod: everywhere, yaml: ['src/discovery'] },
    node: everywhere,
    storeys: [
      {
        name: 'process',
        gives: 'dump tools as child processes, and secrets for them: the only user of node:child_process',
      },
      {
        name: 'entry',
        gives: 'one file of a dump, pulled by whoever stores it; a stored tree, read back; names as paths',
      },
      { name: 'remarks', gives: 'what people are told, as codes with values; the words are those of whoever tells it' },
      { name: 'manifest', gives: 'what a dump holds, as bounded canonical JSON; digests and sums of rows' },
      { name: 'connection', gives: 'database addresses, logins and TLS, parsed' },
      { name: 'verify', gives: 'a stored tree against its manifest, without any server' },
      { name: 'driver.ts', gives: 'the contract of every engine' },
      { name: 'postgres', gives: 'PostgreSQL: wire protocol, probe, dump, restore, rendering, scratch servers' },
      {
        name: 'mysql',
        gives: 'MySQL and MariaDB: wire protocol, splitter, probe, dump, restore, rendering, scratch servers',
      },
      { name: 'sqlite', gives: 'SQLite: online backup of a file, verified' },
      { name: 'redis', gives: 'Redis and Valkey: the RDB file, verified' },
      { name: 'discovery', gives: 'applications on a disk, and the databases they use' },
    ],
    strangers: ['postgres', 'mysql', 'sqlite', 'redis', 'discovery'],
  },
  {
    path: 'packages/procedure',
    gives: 'the office procedure: calendar, planner, compliance, retention, activity states. Pure functions only',
    storey: 2,
    mayImport: { 'packages/stdx': ['.'], 'packages/contracts': ['.'] },
    externals: {},
    node: nowhere,
    storeys: [
      { name: 'calendar', gives: 'local dates, weeks, months and zones; instants to dates and back; holidays' },
      { name: 'forms', gives: 'dates, numbers, sizes and percentages as people write them, in both languages' },
      { name: 'records', gives: 'what a store hands in: lives of assets, runs, copies; what of them counts' },
      { name: 'default', gives: 'the procedure that is shipped' },
      { name: 'retention', gives: 'copies + policy → keep, trash, bring back, remove or hold, with reasons' },
      { name: 'compliance', gives: 'how far the procedure was kept: figures with everything that is missing' },
      { name: 'planner', gives: 'which work is due now, why, and when the next is planned' },
      { name: 'activity', gives: 'one local date of the procedure: both tracks as state machines, step clocks' },
      { name: 'report', gives: 'facts of a day and of a month, and the message about them' },
    ],
  },
  {
    path: 'packages/runner',
    gives:
      'the joint: opens repositories by address (picks the driver), connects sources to the engine. Knows no database',
    storey: 3,
    mayImport: {
      'packages/stdx': ['.', './node'],
      'packages/contracts': ['.'],
      'packages/backend': ['.', './local', './mem', './wrappers'],
      'packages/engine': ['.'],
      'packages/sources': ['.'],
    },
    externals: {},
    node: everywhere,
  },
  {
    path: 'apps/server',
    gives: 'control plane: scheduler, queue, HTTP API, access, audit, reports, notifications',
    storey: 4,
    mayImport: {
      'packages/stdx': ['.', './node'],
      'packages/contracts': ['.', './schemas', './texts'],
      'packages/procedure': ['.'],
      'packages/runner': ['.', './jobs'],
      // Only the door of its tests: real servers.
      'packages/sources': [],
    },
    externals: {
      kysely: ['src/store'],
      'better-sqlite3': ['src/store'],
      pg: ['src/store'],
      hono: ['src/http'],
      '@hono/zod-openapi': ['src/http'],
      '@hono/node-server': ['src/http'],
      'prom-client': ['src/http'],
      'better-auth': ['src/modules/access'],
      zod: everywhere,
    },
    node: everywhere,
    storeys: [
      { name: 'config', gives: 'what the operator says before the first start, parsed' },
      { name: 'crypto', gives: 'seals, digests and codes of messages: the only user of node:crypto' },
      { name: 'store', gives: 'the state in two dialects: rows, migrations, transactions; knows no rule' },
      { name: 'secrets', gives: 'the master key, sealed values, and the register of what may never be printed' },
      { name: 'audit', gives: 'the hash-chained trail: append, verify, export' },
      { name: 'queue', gives: 'work that waits: one port, two drivers, one conformance suite; knows no kind of job' },
      { name: 'run-process', gives: 'the child that does one run: supervisor, messages, watchdog, limits' },
      {
        name: 'http',
        gives: 'how an endpoint is written and answered: access, limits, problems, pages, events; knows no module',
      },
      { name: 'modules/organisation', gives: 'profile, agencies, people, holidays' },
      { name: 'modules/procedures', gives: 'versions of the procedure: draft, in force, withdrawn' },
      { name: 'modules/access', gives: 'accounts, functions, tokens, the matrix' },
      { name: 'modules/destinations', gives: 'where snapshots go' },
      { name: 'modules/applications', gives: 'servers, applications, assets, discovery, CSV' },
      { name: 'modules/runs', gives: 'attempts: begun, finished, lost' },
      { name: 'modules/snapshots', gives: 'the catalogue: browse, download, pins, trash' },
      { name: 'modules/activities', gives: 'the procedure, executed for one local date' },
      { name: 'modules/reports', gives: 'what is told of it, signed and kept' },
      { name: 'modules/notifications', gives: 'channels and the messages that wait' },
      { name: 'modules/restores', gives: 'requests with a reason, approved and carried out' },
      { name: 'modules/maintenance', gives: 'retention, check, prune, statistics' },
      { name: 'modules/overview', gives: 'figures of the dashboard' },
      { name: 'scheduler', gives: 'the tick: what is due is queued' },
      { name: 'api', gives: 'all endpoints of all modules in one list' },
      { name: 'self-protection', gives: 'Lumbung as its own first application' },
      { name: 'service.ts', gives: 'everything wired together, from settings to the first run' },
      { name: 'serve.ts', gives: 'the service and its door, from the first line of its log to the last' },
      { name: 'main.ts', gives: 'the composition root' },
    ],
  },
  {
    path: 'apps/cli',
    gives: '`lumbung`: every act from a shell; works alone in a disaster, with only a repository and its password',
    storey: 4,
    mayImport: {
      'packages/stdx': ['.', './node'],
      'packages/contracts': ['.', './texts'],
      'packages/engine': ['.'],
      'packages/runner': ['.', './databases'],
    },
    externals: {
      commander: everywhere,
      '@clack/prompts': everywhere,
      'cli-progress': everywhere,
      i18next: everywhere,
      'oxc-parser': ['src/testing'],
    },
    node: everywhere,
  },
  {
    path: 'apps/web',
    gives: 'the UI, Indonesian and English; knows only contracts',
    storey: 4,
    // Not the door with the schemas: it loads zod whole, 91 KB for a browser.
    mayImport: { 'packages/contracts': ['.'] },
    externals: {},
    node: nowhere,
    planned: true,
  },
  {
    path: 'tests',
    gives: 'whole-house tests: compat/ with stock restic, crash/, e2e/',
    storey: outside,
    mayImport: {
      'packages/stdx': ['.', './node'],
      'packages/backend': ['.', './local', './mem', './wrappers'],
      'packages/engine': ['.'],
      'packages/runner': ['.', './databases'],
      // Only the doors of its tests: real servers, nasty databases.
      'packages/sources': [],
    },
    externals: {},
    node: everywhere,
  },
  {
    path: 'bench',
    gives: 'benchmarks against other backup programs, one command, prints ratios',
    storey: outside,
    mayImport: {
      'packages/stdx': ['.', './node'],
      'packages/backend': ['.', './local', './mem', './wrappers'],
      'packages/engine': ['.'],
      'packages/runner': ['.'],
      // Only the door of its tests: real servers.
      'packages/sources': ['./testing'],
    },
    externals: {},
    node: everywhere,
  },
  {
    path: 'tooling',
    gives: 'rooms.mjs (this map as data) and what is made from it: fences, diagram, document and licence checks',
    storey: outside,
    mayImport: {},
    externals: { 'oxc-parser': ['read-modules.ts'] },
    node: everywhere,
  },
  {
    path: 'scripts',
    gives: 'start, test, build; each with a header that says what it does',
    storey: outside,
    mayImport: { 'packages/stdx': ['.', './node'], tooling: everywhere, bin: everywhere },
    externals: { assemblyscript: ['build-wasm.ts'] },
    node: everywhere,
  },
  {
    path: 'bin',
    gives: 'the launcher: plain JavaScript for Node 20 that finds the right Node',
    storey: outside,
    mayImport: {},
    externals: {},
    node: everywhere,
  },
];

/** Libraries of tests, declared once in the root package.json. */
export const testExternals = ['vitest', 'fast-check', '@seriousme/openapi-schema-validator'];

/**
 * @typedef {object} Home
 * @property {string} path a file, or a folder
 * @property {string} because
 */
/**
 * @typedef {object} Ban
 * @property {string} what
 * @property {readonly string[]} uses `Date.now`: a member of a global · `new Date()`: without arguments · `setTimeout`: a
 *   global · `node:crypto`: a module · `node:os#hostname`: one export of it
 * @property {string} instead what to do, the end of the sentence a developer reads
 * @property {readonly Home[]} homes where it is right
 * @property {boolean} testsMayUse
 */

const outsideTheHouse = rooms
  .filter((room) => room.storey === outside)
  .map((room) => ({ path: room.path, because: 'it is a program of the developers, not part of the product' }));
const commandLine = { path: 'apps/cli/src/main.ts', because: 'it is the composition root that hands everything in' };
const service = { path: 'apps/server/src/main.ts', because: 'it is the composition root that hands everything in' };
const systemPorts = { path: 'packages/stdx/src/node/system.ts', because: 'it makes the ports everyone else is handed' };
const testKit = { path: 'packages/stdx/src/testing', because: 'tests are steered by the environment' };

/** @type {readonly Ban[]} */
export const bans = [
  {
    what: 'the wall clock',
    uses: ['Date.now', 'new Date()', 'performance.now', 'performance.timeOrigin', 'process.hrtime', 'node:perf_hooks'],
    instead: 'take a Clock from @lumbung/stdx as an argument, so that a test can stop it',
    homes: [systemPorts, ...outsideTheHouse],
    testsMayUse: true,
  },
  {
    what: 'a timer',
    uses: [
      'setTimeout',
      'setInterval',
      'AbortSignal.timeout',
      'node:timers#setTimeout',
      'node:timers#setInterval',
      'node:timers/promises#setTimeout',
      'node:timers/promises#setInterval',
      'node:timers/promises#scheduler',
    ],
    instead: 'await clock.sleep(ms, signal) of the Clock you are handed, so that a test need not wait',
    homes: [systemPorts, ...outsideTheHouse],
    testsMayUse: true,
  },
  {
    what: 'chance without a seed',
    uses: ['Math.random'],
    instead: 'take a Random from @lumbung/stdx as an argument (a test: fast-check, or a seeded generator)',
    homes: [],
    testsMayUse: false,
  },
  {
    what: 'the environment',
    uses: ['process.env', 'node:process#env'],
    instead: 'take what you need as an argument; the composition root reads the environment',
    homes: [commandLine, service, testKit, ...outsideTheHouse],
    testsMayUse: true,
  },
  {
    what: "the machine's or the user's name",
    uses: ['node:os#hostname', 'node:os#userInfo'],
    instead: 'take an Identity as an argument; the composition root asks the machine',
    homes: [commandLine, service, ...outsideTheHouse],
    testsMayUse: true,
  },
  {
    what: 'another program',
    uses: ['node:child_process'],
    instead: 'let its home start it and hand you its streams',
    homes: [
      { path: 'apps/cli/src/password.ts', because: 'it asks a command for the password' },
      { path: 'apps/cli/src/commands/command-source.ts', because: 'it backs up what a command says' },
      { path: 'packages/sources/src/process', because: 'it runs dump tools, and bounds, watches and ends them' },
      { path: 'apps/server/src/run-process/start-child.ts', because: 'each run is a process' },
      ...outsideTheHouse,
    ],
    testsMayUse: true,
  },
  {
    what: 'cryptography',
    uses: ['node:crypto', 'crypto'],
    instead: 'use what packages/engine/src/crypto gives',
    homes: [
      { path: 'packages/engine/src/crypto', because: 'reviewed there' },
      { path: 'packages/sources/src/manifest/digest.ts', because: 'dumps' },
      { path: 'apps/server/src/crypto', because: 'the same' },
      // Their auth files alone: what servers ask for a login, and no more.
      { path: 'packages/sources/src/postgres/wire', because: 'logins' },
      { path: 'packages/sources/src/mysql/wire', because: 'logins' },
      systemPorts,
      ...outsideTheHouse,
    ],
    testsMayUse: true,
  },
  {
    what: 'a compression codec',
    uses: ['node:zlib'],
    instead: 'use the Compressor and Decompressor of packages/engine/src/compression, which bound what they allocate',
    homes: [
      { path: 'packages/engine/src/compression', because: 'it bounds what a hostile frame may allocate' },
      ...outsideTheHouse,
    ],
    testsMayUse: true,
  },
  {
    what: 'the console',
    uses: ['console', 'node:console'],
    instead: 'return it, throw it or report it by a callback; only the command line speaks to people',
    homes: [...outsideTheHouse],
    testsMayUse: true,
  },
  {
    what: 'the end of the process',
    uses: ['process.exit', 'process.abort', 'node:process#exit'],
    instead: 'throw a LumbungError; the composition root turns it into an exit code when everything is closed',
    homes: [commandLine, ...outsideTheHouse],
    testsMayUse: true,
  },
];
