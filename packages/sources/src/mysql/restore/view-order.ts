import { quotedNames } from './sql-text.ts';
import type { StoredObject } from './stored-schema.ts';

/**
 * The views, each behind those it may read from: whose name stands in its text. A name can stand there for another reason,
 * so that the order may have to break a circle that is none; it is then as good as any.
 */
export function orderViews(views: readonly StoredObject[]): StoredObject[] {
  const byName = new Map(views.map((view) => [bytesOf(view.name), view]));
  const ordered = new Set<StoredObject>();
  const visited = new Set<StoredObject>();
  for (const view of views) {
    // By hand, because a chain of views may be longer than a stack is deep.
    const path: Array<{ readonly view: StoredObject; readonly needs: Generator<StoredObject, undefined> }> = [];
    const enter = (next: StoredObject): void => {
      if (visited.has(next)) return;
      visited.add(next);
      path.push({ view: next, needs: neededBy(next, byName) });
    };
    enter(view);
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const { value, done } = last.needs.next();
      if (done === true) {
        ordered.add(last.view);
        path.pop();
      } else enter(value);
    }
  }
  return [...ordered];
}

function* neededBy(view: StoredObject, byName: ReadonlyMap<string, StoredObject>): Generator<StoredObject, undefined> {
  for (const { name } of quotedNames(view.sql)) {
    const needed = byName.get(name);
    if (needed !== undefined && needed !== view) yield needed;
  }
  return undefined;
}

function bytesOf(name: string): string {
  return Buffer.from(name).toString('latin1');
}
