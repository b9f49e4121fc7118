// Everything about a folder that a restore has to bring back, as lines that can be compared.
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { type ByteString, byteStringOf, byteStringOfText, fsPath } from '@lumbung/stdx';
import { getXattr, listXattrs } from '@lumbung/stdx/node';

const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;
const S_IFLNK = 0o120000;

/** One line per entry below `folder`, by raw name: type and mode, owner, times to the nanosecond, links, content. */
export function treeFacts(folder: string, options: { readonly leaveOut?: (line: string) => boolean } = {}): string[] {
  const lines: string[] = [];
  const firstPathOfInode = new Map<bigint, string>();
  const visit = (absolute: ByteString, relative: string): void => {
    const names = readdirSync(fsPath(absolute), { encoding: 'buffer' }).map(byteStringOf).toSorted();
    for (const name of names) {
      // A byte string and ASCII make a byte string.
      const at = `${absolute}/${name}` as ByteString;
      const shown = `${relative}/${name}`;
      const stat = lstatSync(fsPath(at), { bigint: true });
      const kind = Number(stat.mode) & S_IFMT;
      const parts = [
        JSON.stringify(shown),
        Number(stat.mode).toString(8),
        `${stat.uid}:${stat.gid}`,
        `mtime ${stat.mtimeNs}`,
        ...xattrFacts(at),
      ];
      if (kind === S_IFREG) {
        parts.push(
          `size ${stat.size}`,
          createHash('sha256')
            .update(readFileSync(fsPath(at)))
            .digest('hex'),
        );
        if (stat.nlink > 1n) {
          const first = firstPathOfInode.get(stat.ino);
          firstPathOfInode.set(stat.ino, first ?? shown);
          parts.push(`links ${stat.nlink} with ${JSON.stringify(first ?? shown)}`);
        }
      } else if (kind === S_IFLNK) {
        parts.push(`to ${JSON.stringify(readlinkSync(fsPath(at), { encoding: 'latin1' }))}`);
      } else if (kind !== S_IFDIR) {
        parts.push(`device ${stat.rdev}`);
      }
      const line = parts.join(' ');
      if (options.leaveOut?.(line) !== true) lines.push(line);
      if (kind === S_IFDIR) visit(at, shown);
    }
  };
  visit(byteStringOfText(folder), '');
  return lines;
}

function xattrFacts(path: ByteString): string[] {
  return listXattrs(path)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}=${getXattr(path, name)?.toString('hex') ?? 'gone'}`);
}
