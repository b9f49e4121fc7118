import type { ByteString } from '@lumbung/stdx';
import { TokenCursor } from './cursor.ts';
import type { PhpValue, Place, Unknown } from './value.ts';

/** How deep statements and expressions may nest, all included files together: what is read recurses that deep. */
const DEPTH_MAX = 150;

/** Thrown when a file nests too deep, and caught where statements of a file begin. */
export class TooDeepError extends Error {}

/** Where the reading is: in which file, at which token, how deep. */
export class Position {
  cursor = new TokenCursor([]);
  path = '' as ByteString; // empty until the first file
  depth = 0;

  get here(): Place {
    return { path: this.path, line: this.cursor.line };
  }

  /** @throws TooDeepError */
  deeper<T>(act: () => T): T {
    this.depth += 1;
    if (this.depth > DEPTH_MAX) throw new TooDeepError();
    const result = act();
    this.depth -= 1;
    return result;
  }

  scalar(value: string | number | boolean | null): PhpValue {
    return { kind: 'scalar', value, at: this.here };
  }

  unresolved(why: Unknown = { kind: 'expression' }): PhpValue {
    return { kind: 'unresolved', why, at: this.here };
  }
}
