import { type StreamKind, streamKind } from './stream-kind.js';

const PAT = 0;
const PMT = 2;
/** The length of a section from its table id to its last section number. */
const HEAD_BYTES = 8;
const NETWORK = 0;

/** An elementary stream of a program. */
export type ProgramStream = StreamKind & Readonly<{ pid: number }>;

/**
 * Parses a section of the program association table (ISO/IEC 13818-1 2.4.4.3). Returns the PID of
 * the first program's map; null if the section lists no program.
 */
export function readPat(section: Uint8Array): number | null {
  if (!isCurrent(section, PAT)) return null;
  for (let at = HEAD_BYTES; at + 4 <= section.length; at += 4)
    if (number16(section, at) !== NETWORK) return number16(section, at + 2) & 0x1fff;
  return null;
}

/**
 * Parses a section of a program map (ISO/IEC 13818-1 2.4.4.8). Returns the video and audio streams,
 * in order; null for malformed data.
 */
export function readPmt(section: Uint8Array): ProgramStream[] | null {
  if (!isCurrent(section, PMT) || section.length < HEAD_BYTES + 4) return null;
  const streams: ProgramStream[] = [];
  let at = HEAD_BYTES + 4 + (number16(section, HEAD_BYTES + 2) & 0x0fff);
  while (at + 5 <= section.length) {
    const end = at + 5 + (number16(section, at + 3) & 0x0fff);
    if (end > section.length) return null;
    const kind = streamKind(section[at] ?? 0, section.subarray(at + 5, end));
    if (kind) streams.push({ ...kind, pid: number16(section, at + 1) & 0x1fff });
    at = end;
  }
  return streams;
}

/** Whether a section belongs to this table, and the table already applies. */
const isCurrent = (section: Uint8Array, table: number): boolean =>
  section.length >= HEAD_BYTES && section[0] === table && ((section[5] ?? 0) & 1) === 1;

const number16 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
