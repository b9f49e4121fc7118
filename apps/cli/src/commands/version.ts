import process from 'node:process';
import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';
import { VERSION } from '../version.ts';

export const run: CommandRun = async ({ output }) => {
  const node = process.versions.node;
  if (output.isJson) {
    output.message(
      jsonMessage({
        message_type: 'version',
        version: VERSION,
        node_version: node,
        platform: process.platform,
        arch: process.arch,
      }),
    );
  } else output.data(`lumbung ${VERSION} (Node ${node}, ${process.platform}/${process.arch})`);
  return EXIT.ok;
};
