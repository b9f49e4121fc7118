import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface RepositoryFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every text file under version control, and those about to be: the ones git would not ignore. */
export function readRepositoryFiles(root: string): RepositoryFile[] {
  return [...new Set(existsSync(path.join(root, '.git')) ? listFromGit(root) : listFromDisk(root))]
    .filter((file) => file !== '')
    .flatMap((file) => {
      const bytes = readIfThere(path.join(root, file));
      return bytes === undefined || bytes.includes(0) ? [] : [{ path: file, text: bytes.toString() }];
    });
}

function listFromGit(root: string): string[] {
  // A checkout may belong to another user than the one who runs the tests, which git refuses by default.
  const args = ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  return execFileSync('git', args, { cwd: root }).toString().split('\0');
}

const NOT_SHIPPED = new Set(['node_modules', 'data', 'coverage', '.cache', '.peers', 'out']);

/** Of a copy without version control, such as an unpacked archive. */
function listFromDisk(root: string, folder = ''): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (!entry.isDirectory()) return entry.isFile() ? [file] : [];
    return NOT_SHIPPED.has(entry.name) ? [] : listFromDisk(root, file);
  });
}

/** A file that git knows and that was just deleted or moved is no finding. */
function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR'))
      return undefined;
    throw error;
  }
}
