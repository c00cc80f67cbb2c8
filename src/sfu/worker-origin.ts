import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The origin of the media worker, and the parts that it has in addition to mediasoup's. */
export type WorkerOrigin = {
  /** `built` by the setup, `prebuilt` by mediasoup, or `given` by whoever set its path. */
  origin: 'built' | 'prebuilt' | 'given';
  /** The parts with which it was built, such as `openssl`; empty for other workers. */
  parts: string[];
};

/**
 * Reads the file `origin` that the setup leaves beside the worker (scripts/set-up/worker-cache.mjs).
 * @param workerBin null for the worker in mediasoup's package
 */
export async function readWorkerOrigin(workerBin: string | null): Promise<WorkerOrigin> {
  if (workerBin === null) return { origin: 'prebuilt', parts: [] };
  const text = await readFile(join(dirname(workerBin), 'origin'), 'utf8').catch(() => '');
  const [, origin] = /^(built|prebuilt) /.exec(text) ?? [];
  const [, parts = ''] = /^parts (.*)$/m.exec(text) ?? [];
  if (origin !== 'built' && origin !== 'prebuilt') return { origin: 'given', parts: [] };
  return { origin, parts: parts.split(' ').filter((part) => part !== '') };
}
