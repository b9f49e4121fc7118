// The door of `npm run bench`: trees of files by default, `npm run bench -- databases` for databases.
import process from 'node:process';

await (process.argv[2] === 'databases' ? import('./databases/run.ts') : import('./run.ts'));
