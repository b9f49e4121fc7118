import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { errnoOf } from '@lumbung/stdx';
import { makeLabFolder, removeLabFolder } from './lab-folder.ts';
import { runProgram } from './run-program.ts';
import type { SystemUser } from './system-user.ts';

export interface TemplateRecipe {
  readonly name: string;
  /** Everything the template's content depends on: versions, arguments. */
  readonly ingredients: readonly string[];
  readonly user: SystemUser | undefined;
  /** Fills a folder that does not exist yet, inside one that belongs to `user`. */
  make(dataFolder: string, scratchFolder: string): Promise<void>;
}

/** Copies a data directory that is made once per machine, because making one takes a second and copying it a tenth. */
export async function copyTemplate(recipe: TemplateRecipe, targetFolder: string): Promise<void> {
  const template = await findOrMakeTemplate(recipe);
  await runProgram('cp', ['-a', '--reflink=auto', path.join(template, 'data'), targetFolder]);
  await chownTo(recipe.user, targetFolder);
}

export async function chownTo(user: SystemUser | undefined, ...files: readonly string[]): Promise<void> {
  if (user !== undefined) await runProgram('chown', ['-R', `${user.uid}:${user.gid}`, ...files]);
}

async function findOrMakeTemplate(recipe: TemplateRecipe): Promise<string> {
  const { name, ingredients, user } = recipe;
  const hash = createHash('sha256')
    .update(JSON.stringify([ingredients, user]))
    .digest('hex')
    .slice(0, 12);
  const template = path.join(tmpdir(), `lumbung-template-${name}-${process.getuid?.() ?? 0}-${hash}`);
  if (isOurFolder(template)) return template;
  const lab = await makeLabFolder();
  const draft = path.join(lab, 'template');
  await mkdir(draft, { mode: 0o700 });
  await chownTo(user, draft);
  await recipe.make(path.join(draft, 'data'), draft);
  // Under a name of this process, then renamed: another one that makes the same at this moment must not see half of it.
  const arriving = `${template}.${process.pid}`;
  await runProgram('cp', ['-a', draft, arriving]);
  if (user !== undefined) await runProgram('chown', ['0:0', arriving]);
  await rename(arriving, template).catch(async (error: unknown) => {
    await runProgram('rm', ['-rf', '--', arriving]);
    if (errnoOf(error) !== 'EEXIST' && errnoOf(error) !== 'ENOTEMPTY') throw error;
  });
  await removeLabFolder(lab);
  if (!isOurFolder(template)) throw new Error(`${template} belongs to somebody else`);
  return template;
}

/** The name can be guessed, so that somebody else may have made it. */
function isOurFolder(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0;
}
