import { describe, expect, it } from 'vitest';
import { adtsHeader } from './adts-header.js';
import { AdtsReader } from './adts-reader.js';

const FRAME = Uint8Array.of(0x21, 0x10, 0x05);

/** Returns what a reader finds in a frame with this header, as an AudioSpecificConfig. */
function readBack(record: string): string | null {
  const header = adtsHeader(Buffer.from(record, 'hex'), FRAME.length);
  if (header === null) return null;
  const [frame] = new AdtsReader().push(Buffer.concat([header, FRAME]), 0);
  expect(frame?.data).toEqual(Buffer.from(FRAME));
  return Buffer.from(frame?.config ?? []).toString('hex');
}

describe('an ADTS header', () => {
  it.each([
    ['48 kHz, stereo', '1190'],
    ['44.1 kHz, mono', '1208'],
    ['8 kHz, stereo', '1590'],
    ['48 kHz, 5.1', '11b0'],
    ['48 kHz, 7.1', '11b8'],
  ])('has the format of AAC-LC at %s', (_format, record) => {
    expect(readBack(record)).toBe(record);
  });

  it('has the format of the core of HE-AAC', () => {
    // 24 kHz for the core and 48 kHz for playback; AAC-LC at 24 kHz.
    expect(readBack('2b118800')).toBe('1310');
  });

  it.each([
    ['an explicit sample rate of 10,000 Hz', '1780138810'],
    ['channels that only the frames specify', '1180'],
    ['a malformed record', '11'],
  ])('can’t express %s', (_what, record) => {
    expect(readBack(record)).toBeNull();
  });
});
