import { readFileSync } from 'node:fs';
import { type ArrivedPacket, parseRtpPacket } from '../../src/media/rtp/rtp-packet.js';

const FOLDER = new URL('../fixtures/rtp/', import.meta.url);

/** Returns the packets in a recording from test/fixtures/rtp, 10 ms apart. */
export function readRtpDump(name: string): ArrivedPacket[] {
  const dump = readFileSync(new URL(`${name}.rtpdump`, FOLDER));
  const packets: ArrivedPacket[] = [];
  for (let offset = 0; offset < dump.length;) {
    const begin = offset + 2;
    offset = begin + dump.readUInt16BE(begin - 2);
    const packet = parseRtpPacket(dump.subarray(begin, offset));
    if (packet === null)
      throw new Error(`${name}.rtpdump contains something that is not an RTP packet`);
    packets.push({ ...packet, arrivedMs: packets.length * 10 });
  }
  return packets;
}

/** Returns the MD5 of each unit in the recording, in hexadecimal. */
export const readUnitHashes = (name: string): string[] =>
  readFileSync(new URL(`${name}.md5`, FOLDER), 'utf8')
    .trim()
    .split('\n');
