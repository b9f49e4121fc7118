import type { ByteString } from '@lumbung/stdx';
import { decodeText, fieldOf } from './database-draft.ts';
import type { EnvFile } from './env/env-file.ts';
import type { EnvironmentValue } from './php/call-function.ts';
import { bytesOfValue, type PhpValue } from './php/value.ts';

/** Environment files of an application, the first one counting most. */
export class Environment {
  readonly files: readonly { readonly path: ByteString; readonly file: EnvFile }[];

  constructor(files: readonly { readonly path: ByteString; readonly file: EnvFile }[]) {
    this.files = files;
  }

  get(name: string): EnvironmentValue | undefined {
    for (const { path, file } of this.files) {
      const entry = file.entries.get(name);
      if (entry !== undefined) return { value: entry.value, at: { path, line: entry.line } };
    }
    return undefined;
  }

  /** The first of the names that is set, as a field. */
  field(...names: readonly string[]): PhpValue | undefined {
    for (const name of names) {
      const found = this.get(name);
      if (found !== undefined) return fieldOf(found.value, found.at);
    }
    return undefined;
  }

  text(...names: readonly string[]): string | undefined {
    const field = this.field(...names);
    const bytes = bytesOfValue(field);
    return bytes === undefined || bytes === '' ? undefined : decodeText(bytes).text;
  }

  names(): readonly string[] {
    return [...new Set(this.files.flatMap(({ file }) => [...file.entries.keys()]))];
  }
}
