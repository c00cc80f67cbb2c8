/** The application name that stands for any channel, as in `rtmp://HOST/live`. */
const ANY_CHANNEL = 'live';

/** Where a client wants to publish: the stream key, and the channel if the address contains one. */
export type StreamPath = Readonly<{ channel: string | null; key: string }>;

/**
 * Finds the channel and the key in the application and stream name of an RTMP address. Encoders
 * split `rtmp://HOST/live/KEY` in different places, so both are joined first: the last part is the
 * key, and the part before it is the channel, unless it is `live`.
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
