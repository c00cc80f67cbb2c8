/** What an elementary stream contains. `codec` is null if it isn't supported. */
export type StreamKind = Readonly<
  | { kind: 'video'; codec: 'h264' | null; name: string }
  | { kind: 'audio'; codec: 'aac' | null; name: string }
>;

const video = (name: string): StreamKind => ({ kind: 'video', codec: null, name });
const audio = (name: string): StreamKind => ({ kind: 'audio', codec: null, name });

/** Stream types (ISO/IEC 13818-1 table 2-34, and ATSC A/53 for AC-3). */
const TYPES: ReadonlyMap<number, StreamKind> = new Map([
  [0x01, video('MPEG-1')],
  [0x02, video('MPEG-2')],
  [0x03, audio('MPEG-1 audio')],
  [0x04, audio('MPEG-2 audio')],
  [0x0f, { kind: 'audio', codec: 'aac', name: 'AAC' }],
  [0x10, video('MPEG-4 part 2')],
  [0x11, audio('AAC in LATM instead of ADTS')],
  [0x1b, { kind: 'video', codec: 'h264', name: 'H.264' }],
  [0x21, video('JPEG 2000')],
  [0x24, video('H.265')],
  [0x33, video('H.266')],
  [0x81, audio('AC-3')],
  [0x87, audio('E-AC-3')],
]);
const PRIVATE_TYPE = 0x06;
const REGISTRATION = 0x05;

/** Format identifiers in registration descriptors, for streams of the private type. */
const FORMATS: ReadonlyMap<string, StreamKind> = new Map([
  ['AC-3', audio('AC-3')],
  ['AV01', video('AV1')],
  ['BSSD', audio('SMPTE 302M')],
  ['EAC3', audio('E-AC-3')],
  ['HEVC', video('H.265')],
  ['Opus', audio('Opus')],
  ['VP09', video('VP9')],
]);
/** DVB descriptors (ETSI EN 300 468 table 12), for streams of the private type. */
const DESCRIPTORS: ReadonlyMap<number, StreamKind> = new Map([
  [0x6a, audio('AC-3')],
  [0x7a, audio('E-AC-3')],
  [0x7b, audio('DTS')],
  [0x7c, audio('AAC in LATM instead of ADTS')],
]);

/**
 * Returns what a stream contains; null for anything other than video and audio, such as subtitles.
 */
export function streamKind(type: number, descriptors: Uint8Array): StreamKind | null {
  const known = TYPES.get(type);
  if (known) return known;
  if (type !== PRIVATE_TYPE) return null;
  for (let at = 0; at + 2 <= descriptors.length;) {
    const end = at + 2 + (descriptors[at + 1] ?? 0);
    const body = descriptors.subarray(at + 2, end);
    const tag = descriptors[at] ?? 0;
    const found =
      tag === REGISTRATION
        ? FORMATS.get(Buffer.from(body.subarray(0, 4)).toString('latin1'))
        : DESCRIPTORS.get(tag);
    if (found) return found;
    at = end;
  }
  return null;
}
