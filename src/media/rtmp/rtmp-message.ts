/** The types of RTMP messages that are used here (RTMP 1.0, 5.4, 7.1). */
export const MESSAGE = {
  setChunkSize: 1,
  abort: 2,
  acknowledgement: 3,
  userControl: 4,
  windowSize: 5,
  peerBandwidth: 6,
  audio: 8,
  video: 9,
  amf3Data: 15,
  amf3Command: 17,
  data: 18,
  command: 20,
} as const;

/** The message streams used here: one for commands, and one for the published stream. */
export const CONTROL_STREAM = 0;
export const MEDIA_STREAM = 1;

/** One RTMP message (RTMP 1.0, 5.1). */
export type RtmpMessage = Readonly<{
  /** One of {@link MESSAGE}, or any other number. */
  type: number;
  streamId: number;
  /** In milliseconds; an unsigned 32-bit number that wraps. */
  timeMs: number;
  payload: Uint8Array;
}>;
