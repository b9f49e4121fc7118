import { encodeComponent, uniqueComponents } from '../../entry/path-component.ts';
import { tableDigest } from '../../manifest/digest.ts';
import type { ManifestTable } from '../../manifest/manifest.ts';
import { combineRowSums } from '../../manifest/row-sum.ts';
import type { SegmentPlan, TablePlan } from './table-plan.ts';

/** A file of a table, once it was read to its end. */
export interface ReadSegment {
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  /** Absent where rows are not lines. */
  readonly rowsum?: string;
  readonly rowBytesMax?: number;
}

interface Page {
  readonly plan: TablePlan;
  readonly folder: string;
  readonly segments: { readonly number: number; readonly path: string; readonly read: ReadSegment }[];
}

/** Where the rows of every table go, and what was read of them. */
export class TableBook {
  readonly #pages: ReadonlyMap<TablePlan, Page>;

  constructor(plans: readonly TablePlan[]) {
    const schemas = uniqueComponents(new Set(plans.map(({ relation }) => relation.schema)));
    const bySchema = Map.groupBy(plans, ({ relation }) => relation.schema);
    const names = new Map(
      [...bySchema].map(([schema, list]) => [schema, uniqueComponents(list.map(({ relation }) => relation.name))]),
    );
    this.#pages = new Map(
      plans.map((plan) => {
        const { schema, name } = plan.relation;
        const component = names.get(schema)?.get(name) ?? encodeComponent(name);
        const folder = `data/${schemas.get(schema) ?? encodeComponent(schema)}/${component}`;
        return [plan, { plan, folder, segments: [] }];
      }),
    );
  }

  pathOf(plan: TablePlan, { number }: SegmentPlan): string {
    const extension = plan.format === 'binary' ? 'copybin' : 'copy';
    return `${this.#pages.get(plan)?.folder ?? ''}/${String(number).padStart(4, '0')}.${extension}`;
  }

  enter(plan: TablePlan, segment: SegmentPlan, read: ReadSegment): void {
    this.#pages.get(plan)?.segments.push({ number: segment.number, path: this.pathOf(plan, segment), read });
  }

  /** By name. */
  tables(): ManifestTable[] {
    const tables = [...this.#pages.values()].map(manifestTable);
    return tables.toSorted((a, b) => compare(a.schema ?? '', b.schema ?? '') || compare(a.name, b.name));
  }
}

function manifestTable({ plan, segments }: Page): ManifestTable {
  const inOrder = segments.toSorted((a, b) => a.number - b.number);
  const read = inOrder.map((segment) => segment.read);
  const sum = (pick: (segment: ReadSegment) => number) => read.reduce((total, each) => total + pick(each), 0);
  const isText = plan.format === 'text';
  return {
    schema: plan.relation.schema,
    name: plan.relation.name,
    columns: [...plan.columns],
    generated: [...plan.generated],
    order: plan.order === null ? null : [...plan.order],
    rows: sum(({ rows }) => rows),
    bytes: sum(({ bytes }) => bytes),
    sha256: tableDigest(read),
    ...(isText
      ? {
          rowsum: combineRowSums(read.map(({ rowsum = '0-0' }) => rowsum)),
          rowBytesMax: Math.max(...read.map(({ rowBytesMax = 0 }) => rowBytesMax)),
        }
      : {}),
    segments: inOrder.map(({ path, read: { rows, bytes, sha256 } }) => ({
      path,
      rows,
      bytes,
      sha256,
      ...(isText ? {} : { binary: true as const }),
    })),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
