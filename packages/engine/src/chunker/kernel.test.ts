import { expect, it } from 'vitest';
import { compileKernel } from '../../../../scripts/build-wasm.ts';
import { KERNEL_WASM_BASE64 } from './kernel-wasm.ts';

it('the committed kernel is what its source compiles to', async () => {
  expect((await compileKernel()).toString('base64')).toBe(KERNEL_WASM_BASE64);
});
