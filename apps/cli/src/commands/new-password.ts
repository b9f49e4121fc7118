import { LumbungError } from '@lumbung/stdx';
import type { CommandContext } from '../context.ts';
import type { OptionBag } from '../option-bag.ts';
import { readPassword } from '../password.ts';

export interface NewPassword {
  readonly password: Buffer;
  readonly allowEmptyPassword: boolean;
}

/** The password of a new key: from a file, none, or typed twice. Not from the environment, which holds the present one.
 *  @throws LumbungError NEW_PASSWORD_NOT_GIVEN, OPTIONS_CONFLICT, PASSWORD_FILE_UNREADABLE (operator) */
export async function newPasswordOf(context: CommandContext, options: OptionBag): Promise<NewPassword> {
  const { world, texts } = context;
  const file = options.text('newPasswordFile');
  const isNone = options.flag('newInsecureNoPassword');
  options.refuseTogether('newPasswordFile', 'newInsecureNoPassword');
  if (file === undefined && !isNone && world.stdin.isTTY !== true) {
    throw new LumbungError('NEW_PASSWORD_NOT_GIVEN', {
      kind: 'operator',
      message: 'no new password was given, and there is no terminal to ask on',
      hint: 'use --new-password-file',
    });
  }
  const sources = { file, isNone, variables: { text: [], file: [], command: [] } };
  const password = await readPassword(world, sources, {
    message: texts.t('prompt.newPassword'),
    repeat: texts.t('prompt.repeatPassword'),
  });
  return { password, allowEmptyPassword: isNone };
}
