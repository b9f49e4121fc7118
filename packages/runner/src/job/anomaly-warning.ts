import type { CopyAnomaly, RunWarning } from '@lumbung/contracts';

/** What a size that is not what it used to be says to people. @param source what was copied, for those that name no table */
export function anomalyWarning(anomaly: CopyAnomaly, source: string): RunWarning {
  switch (anomaly.kind) {
    case 'shrunk':
    case 'grown': {
      const { bytes, usualBytes } = anomaly;
      return {
        code: anomaly.kind === 'shrunk' ? 'SIZE_SHRUNK' : 'SIZE_GROWN',
        message: `${source}: ${bytes} bytes, where ${usualBytes} are usual`,
        item: source,
        values: { item: source, bytes, usualBytes },
      };
    }
    case 'fewer-files': {
      const { files, usualFiles } = anomaly;
      return {
        code: 'SIZE_FEWER_FILES',
        message: `${source}: ${files} files, where ${usualFiles} are usual`,
        item: source,
        values: { item: source, files, usualFiles },
      };
    }
    case 'table-vanished':
    case 'table-emptied':
    case 'table-shrunk': {
      const { table, rows, usualRows } = anomaly;
      return {
        code: TABLE_CODES[anomaly.kind],
        message: `table ${table}: ${rows} rows, where ${usualRows} are usual`,
        item: table,
        values: { item: table, rows, usualRows },
      };
    }
  }
}

const TABLE_CODES = {
  'table-vanished': 'SIZE_TABLE_VANISHED',
  'table-emptied': 'SIZE_TABLE_EMPTIED',
  'table-shrunk': 'SIZE_TABLE_SHRUNK',
} as const;
