// A browser imports the front door: it may load nothing but this room and stdx, and only what it uses of them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

/** What a module loads when it runs: imports of types alone are erased. */
function loadedBy(source: string): string[] {
  const statements = source.matchAll(/^(?:import|export)\s+(?!type\b)(?:\{([^}]*)\}|[^'{]*)\s*from\s+'([^']+)'/gm);
  return [...statements].flatMap(([, names, specifier = '']) => {
    const isTypesAlone = names?.split(',').every((name) => /^\s*(?:type\b|$)/.test(name)) ?? false;
    return isTypesAlone ? [] : [specifier];
  });
}

function librariesFrom(file: string, seen = new Set<string>()): Set<string> {
  const libraries = new Set<string>();
  if (seen.has(file)) return libraries;
  seen.add(file);
  for (const specifier of loadedBy(readFileSync(file, 'utf8'))) {
    const found = specifier.startsWith('.')
      ? librariesFrom(path.resolve(path.dirname(file), specifier), seen)
      : new Set([specifier]);
    for (const library of found) libraries.add(library);
  }
  return libraries;
}

const door = (name: string): string => path.join(import.meta.dirname, name);

describe('the front door', () => {
  it('loads no library, so that a browser may have it', () => {
    expect([...librariesFrom(door('index.ts'))]).toEqual(['@lumbung/stdx']);
  });

  it('has another one beside it that does: the control', () => {
    expect([...librariesFrom(door('schemas.ts'))].toSorted()).toEqual(['@lumbung/stdx', 'zod']);
  });
});
