import pino from 'pino';
import { expect, it } from 'vitest';
import { findPythonProgram } from '../../src/processes/find-python-program.js';
import { SrtProcess } from '../../src/srt/srt-process.js';
import { freePort } from '../support/free-port.js';

const NOT_ATTEMPTED = -1;
const { command } = await findPythonProgram('srt', null);

it.skipIf(command === null).each(['fe80::1%lo', 'not an address'])(
  'the SRT program survives the bad address %s and a bad command',
  async (address) => {
    if (command === null) return;
    const logged: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
    const program = new SrtProcess(command, log);
    try {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      const place = { address, port: 9001, streamId: '', passphrase: null, latencyMs: 200 };
      program.connect(place, {
        connected: () => resolve('connected'),
        rejected: resolve,
        progressed: () => undefined,
        closed: () => resolve('closed'),
        failed: () => resolve('failed'),
      });
      expect(await promise).toBe(NOT_ATTEMPTED);
      // A command without the limits that it needs.
      program.listen(await freePort(), undefined as never);
      const listening = program.events.once('listening');
      program.listen(await freePort(), { burst: 20, perSecond: 1 });
      await listening;
      expect(logged.map((line): unknown => JSON.parse(line))).toMatchObject([
        { command: 'listen', error: 'TypeError', msg: 'an SRT command failed' },
      ]);
    } finally {
      program.close();
    }
  },
);
