import { LumbungError } from '@lumbung/stdx';

/** What every driver says in the same words. `place` is a path or address without secrets. */
export function fileMissing(place: string, cause?: unknown): LumbungError {
  return new LumbungError('BACKEND_FILE_MISSING', {
    kind: 'operator',
    message: `${place}: the file does not exist`,
    context: { place },
    hint: 'check the address of the repository; if a part of it was deleted, run lumbung check',
    cause,
  });
}

/** The asked range does not lie in the file. */
export function fileTruncated(place: string, sizeBytes: number): LumbungError {
  return new LumbungError('BACKEND_FILE_TRUNCATED', {
    kind: 'corruption',
    message: `${place}: the file is shorter than it should be (${sizeBytes} bytes)`,
    context: { place, sizeBytes },
    hint: 'run lumbung check',
  });
}
