import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';
import { VERSION } from '../version.ts';

export const run: CommandRun = async ({ output, world }) => {
  const { node, platform, arch } = world.runtime;
  if (output.isJson) {
    const message = { message_type: 'version', version: VERSION, node_version: node, platform, arch };
    output.message(jsonMessage(message));
  } else output.data(`lumbung ${VERSION} (Node ${node}, ${platform}/${arch})`);
  return EXIT.ok;
};
