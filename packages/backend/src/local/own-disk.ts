import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from '@lumbung/stdx';

/** File systems that only this machine writes to. @see statfs(2), linux/magic.h */
const OWN_DISK_TYPES: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x5846_5342, // xfs
  0x9123_683e, // btrfs
  0x2fc1_2fc1, // zfs
  0xf2f5_2010, // f2fs
  0xca45_1a4e, // bcachefs
  0x3153_464a, // jfs
  0x0102_1994, // tmpfs
  0x794c_7630, // overlayfs
  0x2011_bab0, // exfat
  0x4d44, // vfat
  0x7366_746e, // ntfs3
]);

/** Whether a folder lies on a disk of this machine, so that a listing shows at once what any process has stored. A network share
 *  or a file system in user space, which may be either, does not count. A folder that is not there yet will lie where the
 *  nearest folder above it does. */
export async function isOnOwnDisk(folder: string): Promise<boolean> {
  try {
    return OWN_DISK_TYPES.has((await statfs(folder)).type);
  } catch (error) {
    const above = path.dirname(folder);
    // Whatever else is wrong with it is told by those who use it.
    return errnoOf(error) === 'ENOENT' && above !== folder ? isOnOwnDisk(above) : false;
  }
}
