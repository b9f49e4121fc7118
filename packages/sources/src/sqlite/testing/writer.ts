// Moves money between two accounts until it is ended, as an application that knows nothing of backups. The sum is constant
// at every moment that a transaction allows to be seen.
import { DatabaseSync } from 'node:sqlite';

const database = new DatabaseSync(process.argv[2] ?? '', { timeout: 10_000 });
const move = database.prepare('UPDATE account SET amount = amount + ? WHERE id = ?');
const note = database.prepare('INSERT INTO moved (text) VALUES (?)');
const pause = new Int32Array(new SharedArrayBuffer(4));
process.stdout.write('ready\n');
for (let count = 0; ; count += 1) {
  database.exec('BEGIN IMMEDIATE');
  move.run(1, (count % 1000) + 1);
  note.run(`${count} ${'x'.repeat(200)}`);
  move.run(-1, ((count + 500) % 1000) + 1);
  database.exec('COMMIT');
  Atomics.wait(pause, 0, 0, 2);
}
