/** The chunk size of both sides until they set another (RTMP 1.0, 5.4.1). */
export const DEFAULT_CHUNK_SIZE = 128;

/** The length of a chunk's message header for each format (RTMP 1.0, 5.3.1.2). */
export const MESSAGE_HEADER_BYTES = [11, 7, 3, 0] as const;

/** A time field with this value is followed by an extended timestamp of 32 bits (5.3.1.3). */
export const EXTENDED_TIME = 0xff_ffff;

/** Chunk streams below this number fit into a basic header of one byte; 2 is for control. */
export const CONTROL_CHUNK_STREAM = 2;
