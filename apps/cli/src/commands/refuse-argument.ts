import { LumbungError } from '@lumbung/stdx';

/** @throws LumbungError ARGUMENT_INVALID (operator): what stands behind the command is none of the words it knows */
export function refuseArgument(value: string, choices: readonly string[]): never {
  const expected = choices.join(', ');
  throw new LumbungError('ARGUMENT_INVALID', {
    kind: 'operator',
    message: `${JSON.stringify(value)} is not one of: ${expected}`,
    context: { value, expected },
    hint: 'see the help of the command',
  });
}
