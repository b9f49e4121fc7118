/** Finds a variable's value; undefined when it is not set. */
export type VariableLookup = (name: string) => string | undefined;

// What Go's os.Expand takes for a variable: `${…}`, one of the shell's special characters or a digit, or a name. `${}` and a
// brace that is not closed are dropped.
const VARIABLE = /\$(?:\{([^}]*)\}|(\{)|([*#$@!?\-0-9])|([A-Za-z0-9_]+))/g;

/** The patterns of a file: a line each, trimmed; empty ones and those that begin with `#` are passed over; `$NAME` and
 *  `${NAME}` are replaced, by nothing when they are not set, and `$$` is a dollar. */
export function parsePatternFile(text: string, lookup: VariableLookup): string[] {
  return text
    .replace(/^\ufeff/, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => expandVariables(line, lookup));
}

function expandVariables(line: string, lookup: VariableLookup): string {
  return line.replace(
    VARIABLE,
    (
      _match,
      braced: string | undefined,
      _open: string | undefined,
      special: string | undefined,
      plain: string | undefined,
    ) => {
      const name = braced ?? special ?? plain ?? '';
      if (name === '$') return '$';
      return name === '' ? '' : (lookup(name) ?? '');
    },
  );
}
