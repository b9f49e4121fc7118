import { inspect } from 'node:util';
import { byteStringOfText } from '@lumbung/stdx';
import { systemClock } from '@lumbung/stdx/node';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Discovery, discoverApplications } from './discover-applications.ts';
import { memoryFileSystem } from './testing/memory-file-system.ts';
import * as skeletons from './testing/skeletons.ts';
import type { Tree } from './testing/write-tree.ts';

const TREES: readonly Tree[] = Object.values(skeletons);
const ROOT = byteStringOfText('/');

function discover(tree: Tree): Promise<Discovery> {
  const fileSystem = memoryFileSystem(tree);
  return discoverApplications([ROOT], { clock: systemClock, signal: AbortSignal.any([]), fileSystem });
}

/** One change of one file. */
const change = fc.record({
  file: fc.nat(),
  at: fc.nat(),
  act: fc.oneof(
    fc.record({ kind: fc.constant('cut' as const), length: fc.nat(40) }),
    fc.record({
      kind: fc.constant('insert' as const),
      text: fc.constantFrom(
        '"',
        "'",
        '(',
        '[',
        '{',
        '}',
        ']',
        ')',
        ';',
        '$',
        '${',
        '\\',
        '/*',
        '#',
        '?>',
        '<?php',
        '\n',
        '\0',
        ':',
        '=',
        '&a',
        '*a',
        '- ',
      ),
    }),
    fc.record({ kind: fc.constant('byte' as const), byte: fc.nat(255) }),
    fc.record({ kind: fc.constant('end' as const) }),
  ),
});

describe('fuzz', () => {
  it('fuzz: configurations with changed bytes are read without an error', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...TREES),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        async (tree, changes) => {
          const changed: Record<string, Tree[string]> = { ...tree };
          for (const one of changes) {
            const name = Object.keys(changed)[one.file % Object.keys(changed).length]!;
            const content = changed[name]!;
            if (typeof content !== 'string' && !Buffer.isBuffer(content)) continue;
            changed[name] = apply(Buffer.from(content), one.at, one.act);
          }
          const { applications, isComplete } = await discover(changed);
          expect(isComplete).toBe(true);
          for (const { components } of applications) {
            for (const { source } of components.databases) expect(source.line).toBeGreaterThanOrEqual(0);
          }
        },
      ),
      { numRuns: fuzzRuns(300) },
    );
  });

  it('fuzz: a password of any characters is what an application has, and is never shown', async () => {
    const characters = fc
      .string({ unit: 'grapheme', minLength: 8, maxLength: 30 })
      .filter((text) => !/[\0\r]/.test(text));
    await fc.assert(
      fc.asyncProperty(characters, async (random) => {
        const password = `s3cret${random}`.toWellFormed();
        const single = password.replace(/[\\']/g, '\\$&');
        const double = password.replace(/[\\"$]/g, '\\$&');
        const { applications, databases } = await discover({
          'a/koneksi.php': `<?php mysqli_connect('h1', 'u', '${single}', 'd');`,
          'b/koneksi.php': `<?php new PDO("mysql:host=h2;dbname=d", "u", "${double}");`,
          'c/wp-settings.php': '',
          'c/wp-config.php': `<?php define('DB_NAME', 'd'); define('DB_PASSWORD', '${single}');`,
          'd/package.json': '{"dependencies":{"pg":"8"}}',
          'd/.env': `DATABASE_URL=postgres://u:${encodeURIComponent(password)}@h4/d\n`,
          'e/artisan': '',
          'e/composer.json': '{"require":{"laravel/framework":"11"}}',
          'e/.env': `DB_CONNECTION=mysql\nDB_DATABASE=d\nDB_PASSWORD="${double}"\n`,
        });
        const found = applications.flatMap(({ components }) => components.databases);
        expect(found.map((database) => database.password?.reveal())).toEqual(Array(5).fill(password));
        expect(
          `${JSON.stringify([applications, databases])}${inspect([applications, databases], { depth: 9 })}`,
        ).not.toContain('s3cret');
      }),
      { numRuns: fuzzRuns(100) },
    );
  });
});

function apply(
  content: Buffer,
  place: number,
  act: { readonly kind: string; readonly length?: number; readonly text?: string; readonly byte?: number },
): Buffer {
  const at = place % (content.length + 1);
  if (act.kind === 'end') return content.subarray(0, at);
  const rest = content.subarray(act.kind === 'cut' ? at + (act.length ?? 0) : act.kind === 'byte' ? at + 1 : at);
  const between = act.kind === 'byte' ? Buffer.from([act.byte ?? 0]) : Buffer.from(act.text ?? '');
  return Buffer.concat([content.subarray(0, at), between, rest]);
}
