/** Finds a variable's value; undefined when it is not set. */
export type VariableLookup = (name: string) => string | undefined;

const VARIABLE = /\$(?:\$|\{([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g;

/** The patterns of a file: a line each, trimmed; empty ones and those that begin with `#` are passed over; `$NAME` and
 *  `${NAME}` are replaced, `$$` is a dollar. */
export function parsePatternFile(text: string, lookup: VariableLookup): string[] {
  return text
    .replace(/^\ufeff/, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) =>
      line.replace(VARIABLE, (match, braced: string | undefined, plain: string | undefined) =>
        match === '$$' ? '$' : (lookup(braced ?? plain ?? '') ?? ''),
      ),
    );
}
