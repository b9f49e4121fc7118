import { writeSync } from 'node:fs';

/** Holes are worth a system call only from a page on. */
const HOLE_UNIT_BYTES = 4096;
const ZEROS = Buffer.alloc(HOLE_UNIT_BYTES);

/** Writes all of `content` at `offset`; one call may write less. */
export function writeAll(fd: number, content: Buffer, offset: number): void {
  for (let done = 0; done < content.length; )
    done += writeSync(fd, content, done, content.length - done, offset + done);
}

/** Writes what is not zero, page by page of `content`; the file has its full length already, and zeros where nothing was
 *  written. */
export function writeAroundHoles(fd: number, content: Buffer, offset: number): void {
  let runBegin = -1;
  for (let at = 0; at < content.length; at += HOLE_UNIT_BYTES) {
    const unit = content.subarray(at, Math.min(at + HOLE_UNIT_BYTES, content.length));
    const isHole = unit.equals(unit.length === HOLE_UNIT_BYTES ? ZEROS : ZEROS.subarray(0, unit.length));
    if (!isHole && runBegin < 0) runBegin = at;
    if (isHole && runBegin >= 0) {
      writeAll(fd, content.subarray(runBegin, at), offset + runBegin);
      runBegin = -1;
    }
  }
  if (runBegin >= 0) writeAll(fd, content.subarray(runBegin), offset + runBegin);
}
