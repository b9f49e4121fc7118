import { Transform, type TransformCallback } from 'node:stream';
import type { RunRecord } from '@lumbung/contracts';
import { LumbungError } from '@lumbung/stdx';

/**
 * What a download gives, on its way to whoever wanted it. It ends only when the run says that all of it was written, and as much
 * came through: half a stream is an error, never an end.
 */
export class RunOutput extends Transform {
  readonly #record: Promise<RunRecord>;
  #bytes = 0;

  constructor(record: Promise<RunRecord>) {
    super();
    this.#record = record;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    this.#bytes += chunk.length;
    callback(null, chunk);
  }

  override _flush(callback: TransformCallback): void {
    void this.#finish(callback);
  }

  async #finish(callback: TransformCallback): Promise<void> {
    const record = await this.#record;
    callback(this.#fault(record) ?? null);
  }

  #fault(record: RunRecord): LumbungError | undefined {
    const { result } = record;
    const isGood = record.outcome === 'succeeded' || record.outcome === 'warned';
    if (isGood && result?.kind === 'download' && result.bytes === this.#bytes) return undefined;
    const reason = 'error' in record ? record.error.message : 'bytes are missing';
    return new LumbungError('DOWNLOAD_INCOMPLETE', {
      kind: 'transient',
      message: `the download is not whole: ${reason}`,
      context: { reason, bytes: this.#bytes },
      hint: 'throw away what was received, and try again',
    });
  }
}
