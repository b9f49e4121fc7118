// A process that commits without end, and says so after each commit. It is made to be shot.
import process from 'node:process';
import { parseAgencyId } from '@lumbung/contracts';
import { Store } from '../store/store.ts';

const [, , file = '', first = '0'] = process.argv;
const store = await Store.open({ kind: 'sqlite', file });
for (let number = Number(first); ; number += 1) {
  await store.transaction(async (tx) => {
    const code = String(number);
    await tx
      .insertInto('agency')
      .values({ id: parseAgencyId(`agy_${code}`), code, name: 'x'.repeat(number % 3000), created_at: 0, updated_at: 0 })
      .execute();
    await tx
      .insertInto('installation')
      .values({ key: 'last', value: code, updated_at: number })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: code, updated_at: number }))
      .execute();
  });
  process.stdout.write(`${number}\n`);
}
