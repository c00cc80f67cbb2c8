/** The initial chunk size of both sides, until they set a different one (RTMP 1.0, 5.4.1). */
export const DEFAULT_CHUNK_SIZE = 128;

/** The length of a chunk's message header, by format (RTMP 1.0, 5.3.1.2). */
export const MESSAGE_HEADER_BYTES = [11, 7, 3, 0] as const;

/** A time field with this value is followed by an extended timestamp of 32 bits (5.3.1.3). */
export const EXTENDED_TIME = 0xff_ffff;

/** The chunk stream for control messages. Ids up to 63 fit into a one-byte basic header. */
export const CONTROL_CHUNK_STREAM = 2;
