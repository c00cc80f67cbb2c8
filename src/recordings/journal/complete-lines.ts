import { createReadStream } from 'node:fs';
import type { Turns } from '../../common/turns.js';

/** The number of bytes to read at a time: about 1,500 lines of a journal. */
const CHUNK_BYTES = 262_144;

/**
 * Calls back with each complete line of a file, without its line break. Text after the last line
 * break is an incomplete line, which is ignored. Yields to other work between lines. Returns false
 * if the file is missing or unreadable.
 */
export async function completeLines(
  path: string,
  turns: Turns,
  onLine: (line: string) => void,
): Promise<boolean> {
  let rest: Buffer = Buffer.alloc(0);
  try {
    const chunks: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: CHUNK_BYTES });
    for await (const chunk of chunks) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let from = 0;
      for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
        onLine(bytes.toString('utf8', from, end));
        from = end + 1;
        if (turns.isOver) await turns.next();
      }
      rest = bytes.subarray(from);
    }
    return true;
  } catch {
    return false;
  }
}
