import { expect, test } from 'vitest';
import { readCompilerOutput } from './outputs.mjs';

test('the list of written files is separated from the compiler’s messages', () => {
  const output = 'src/a.ts(1,1): error TS1: No.\nTSFILE: /o/dist/a.js\nTSFILE: /o/dist/b c.js\n';
  expect(readCompilerOutput(output)).toEqual({
    files: new Set(['/o/dist/a.js', '/o/dist/b c.js']),
    messages: 'src/a.ts(1,1): error TS1: No.\n',
  });
});
