/** The kinds of recorded media under /hls: a recording, or a clip of one. */
export type VodKind = 'recordings' | 'clips';
