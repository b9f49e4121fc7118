/**
 * The circles of a directed graph, each once, as the list of its nodes from the first by name. Of several circles through
 * the same nodes the shortest is given: breaking it is always needed.
 */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const reported = new Set<string>();
  const cycles: string[][] = [];
  for (const start of [...edges.keys()].toSorted()) {
    if (reported.has(start)) continue;
    const cycle = shortestWayBack(edges, start);
    if (cycle === undefined) continue;
    for (const node of cycle) reported.add(node);
    cycles.push(cycle);
  }
  return cycles;
}

/** Breadth first from `start` until an edge leads back to it. */
function shortestWayBack(edges: ReadonlyMap<string, readonly string[]>, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    for (const next of edges.get(node) ?? []) {
      if (next === start) return pathTo(cameFrom, start, node);
      if (!cameFrom.has(next)) {
        cameFrom.set(next, node);
        queue.push(next);
      }
    }
  }
  return undefined;
}

function pathTo(cameFrom: ReadonlyMap<string, string>, start: string, end: string): string[] {
  const way = [end];
  for (let node = end; node !== start; ) {
    const before = cameFrom.get(node);
    if (before === undefined) break;
    way.unshift(before);
    node = before;
  }
  return way;
}
