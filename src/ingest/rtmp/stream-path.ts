/** The application that stands for any channel, as in `rtmp://HOST/live`. */
const ANY_CHANNEL = 'live';

/** Where a program wants to publish: its stream key, and its channel if it names one. */
export type StreamPath = Readonly<{ channel: string | null; key: string }>;

/**
 * Finds the channel and the key in the application and stream name of an RTMP address. Programs
 * split `rtmp://HOST/live/KEY` in different places, so that the parts count together: the last one
 * is the key, and the one before it is the channel, unless it is `live`.
 */
export function readStreamPath(app: string, stream: string): StreamPath {
  const parts = `${app}/${stream}`
    .split('/')
    .map((part) => part.split('?', 1)[0]?.trim() ?? '')
    .filter((part) => part !== '');
  const key = parts.length > 1 ? (parts.at(-1) ?? '') : '';
  const channel = parts.at(-2) ?? ANY_CHANNEL;
  return { channel: channel === ANY_CHANNEL ? null : channel, key };
}
