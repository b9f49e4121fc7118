import type { Target } from '../../connection/target.ts';
import type { Control, DumpOptions, Workspace } from '../../driver.ts';
import type { EntrySink } from '../../entry/entry-stream.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { Inventory } from '../inventory.ts';
import type { ServerVersion } from '../server-version.ts';
import type { LeftOut } from './check-inventory.ts';
import type { DumpTool } from './dump-tool.ts';
import type { TreeWriter } from './tree-writer.ts';

/** What both ways to dump a database share. */
export interface DumpContext {
  readonly target: Target;
  readonly database: string;
  readonly options: DumpOptions;
  readonly workspace: Workspace;
  /** Its signal also aborts when the dump is given up. */
  readonly control: Control;
  readonly sink: EntrySink;
  readonly server: ServerVersion;
  readonly dumpTool: DumpTool;
  readonly before: Inventory;
  readonly leftOut: LeftOut;
  readonly tree: TreeWriter;
  /** What the dump came to know. */
  readonly warnings: Manifest['warnings'];
}

/** How the rows came to be, for the manifest. */
export interface DumpMethod {
  readonly method: 'tool' | 'tool-locked' | 'sessions';
  readonly position?: Manifest['position'];
  /** FLOAT columns hold all their digits. */
  readonly exactFloats: boolean;
}
