const PATH_LENGTH_MAX = 4096;
const COMPONENT = /^[A-Za-z0-9_%~.-]{1,255}$/;

/** True for a path that leads into a tree and nowhere else, on every file system: what `encodeComponent` gives and fixed
 *  names like `manifest.json`, joined with `/`. */
export function isTreePath(path: string): boolean {
  return (
    path.length <= PATH_LENGTH_MAX &&
    path.split('/').every((part) => COMPONENT.test(part) && part !== '.' && part !== '..')
  );
}
