// Opens a new store, which makes its schema: the process that a test kills meanwhile.
import process from 'node:process';
import { Store } from '../store/store.ts';

const [, , file = ''] = process.argv;
process.stdout.write('opening\n');
const store = await Store.open({ kind: 'sqlite', file });
process.stdout.write('open\n');
await store.close();
