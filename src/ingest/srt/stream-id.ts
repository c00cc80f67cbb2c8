import { CHANNEL_NAME_PATTERN } from '../../protocol/limits.js';

/** SRT's limit in bytes (draft-sharabayko-srt, section 3.2.1.3). */
const LENGTH_MAX = 512;
/** The prefix of the form that SRT's "Access Control Guidelines" recommend. */
const KEYED = '#!::';
const ENCODED = /^%23(!|%21)/i;
const KEY_PREFIX = 'live_';
const PUBLISH = 'publish';

/** Where a caller wants to publish: its stream key, or the channel whose passphrase it has. */
export type StreamTarget =
  | Readonly<{ type: 'key'; key: string; channel: string | null }>
  | Readonly<{ type: 'channel'; channel: string }>
  /** The caller wants to play. */
  | Readonly<{ type: 'play' }>
  | Readonly<{ type: 'unreadable' }>;

const UNREADABLE: StreamTarget = { type: 'unreadable' };

/**
 * Reads a stream id: `KEY`, `NAME`, `publish:NAME`, `publish:NAME:KEY`, with or without a user
 * before the key, or `#!::r=NAME,m=publish`, where `r`, `s` or `u` may contain the key.
 */
export function readStreamId(streamId: string): StreamTarget {
  if (Buffer.byteLength(streamId) > LENGTH_MAX) return UNREADABLE;
  if (ENCODED.test(streamId)) return readEncoded(streamId);
  if (streamId.startsWith(KEYED)) return readKeyed(streamId.slice(KEYED.length));
  const parts = streamId.split(':');
  if (parts.length === 1) return targetOf([streamId]);
  const [mode, ...rest] = parts;
  return withMode(mode, () => targetOf(rest));
}

/** FFmpeg 5 sends the text exactly as it is in the URL, where the number sign has to be encoded. */
function readEncoded(streamId: string): StreamTarget {
  try {
    const decoded = decodeURIComponent(streamId);
    return decoded.startsWith(KEYED) ? readKeyed(decoded.slice(KEYED.length)) : UNREADABLE;
  } catch {
    return UNREADABLE;
  }
}

function readKeyed(text: string): StreamTarget {
  const values = new Map<string, string>();
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=');
    if (at > 0) values.set(pair.slice(0, at), pair.slice(at + 1));
  }
  // According to the guidelines, a caller without a mode wants to play, but nothing can be played
  // here, so it is treated as a publisher.
  return withMode(values.get('m') ?? PUBLISH, () => {
    const key = [values.get('s'), values.get('u')].find((value) => value?.startsWith(KEY_PREFIX));
    return targetOf([values.get('r') ?? '', ...(key === undefined ? [] : [key])]);
  });
}

function withMode(mode: string | undefined, target: () => StreamTarget): StreamTarget {
  if (mode === PUBLISH) return target();
  return mode === 'request' || mode === 'read' || mode === 'play' ? { type: 'play' } : UNREADABLE;
}

/** @param parts a channel or a key, or a channel followed by a key */
function targetOf(parts: readonly string[]): StreamTarget {
  const [first = ''] = parts;
  const last = parts.at(-1) ?? '';
  const channel = first === '' || first.startsWith(KEY_PREFIX) ? null : first;
  if (channel !== null && !CHANNEL_NAME_PATTERN.test(channel)) return UNREADABLE;
  if (last.startsWith(KEY_PREFIX)) return { type: 'key', key: last, channel };
  // Anything in the place of the key is treated as a key, so a wrong one is refused.
  if (parts.length > 1 && last !== '') return { type: 'key', key: last, channel };
  return channel === null ? UNREADABLE : { type: 'channel', channel };
}
