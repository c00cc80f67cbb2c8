import { z } from 'zod';
import { restreamProtocol } from './restream-protocol.js';
import { readSrtUrl } from './srt-url.js';

const NAME_MAX = 50;
const URL_MAX = 500;
const KEY_MAX = 500;

const PASSPHRASE_MIN = 10;
const PASSPHRASE_MAX = 79;
const PASSPHRASE_LENGTH = `${PASSPHRASE_MIN} to ${PASSPHRASE_MAX} characters`;
const PRINTABLE = /^[\x20-\x7e]*$/;
const NOT_PRINTABLE = 'printable ASCII characters only';

const TargetUrl = z
  .url({
    protocol: /^(?:rtmps?|srt|https)$/,
    // A scheme is case-insensitive, and stored in lower case.
    normalize: true,
    error: 'a URL that starts with rtmp://, rtmps://, srt://, or https:// for WHIP',
  })
  .max(URL_MAX)
  .refine(isPlain, {
    error: ({ input }) =>
      restreamProtocol(String(input)) === 'srt'
        ? 'a URL such as srt://live.example.com:9001?latency=500, with a port and up to 10,000 ms of latency; the stream ID and the passphrase have their own fields'
        : 'a URL of a server, such as rtmp://live.example.com/app, without a username, password, question mark or #; those belong in the stream key',
  });

const Name = z.string().trim().min(1, 'enter a name').max(NAME_MAX);
/** A stream key, the bearer token of a WHIP server, or the stream ID of an SRT server. */
const Key = z.string().trim().max(KEY_MAX).regex(PRINTABLE, NOT_PRINTABLE);
/** SRT determines the minimum and maximum length. */
const Passphrase = z
  .string()
  .min(PASSPHRASE_MIN, PASSPHRASE_LENGTH)
  .max(PASSPHRASE_MAX, PASSPHRASE_LENGTH)
  .regex(PRINTABLE, NOT_PRINTABLE);

/** A new target, to which the channel's broadcasts are sent. */
export const NewRestreamTarget = z
  .strictObject({
    name: Name,
    url: TargetUrl.describe('the server, without the stream key'),
    key: Key.describe(
      'the stream key, the bearer token of a WHIP server, or the stream ID of an SRT server, which is never returned; only the stream ID may be empty',
    ),
    passphrase: Passphrase.optional().describe(
      'the passphrase for encryption over SRT, which is never returned; without one, the stream isn’t encrypted',
    ),
  })
  .meta({ id: 'NewRestreamTarget' });
export type NewRestreamTarget = z.output<typeof NewRestreamTarget>;

/** A change to a target. Omitted fields remain unchanged. */
export const RestreamTargetChange = z
  .strictObject({
    enabled: z.boolean(),
    name: Name,
    url: TargetUrl.describe(
      'the server, without the stream key; a different host, port or protocol, or a different WHIP URL, requires the key again',
    ),
    key: Key.describe('the new stream key, which is never returned'),
    passphrase: Passphrase.nullable().describe(
      'the new passphrase for encryption over SRT, which is never returned; null to send without encryption. A target that has one requires it, or null, for a different server',
    ),
  })
  .partial()
  .meta({ id: 'RestreamTargetChange' });
export type RestreamTargetChange = z.output<typeof RestreamTargetChange>;

/**
 * `off`: nothing is sent, because the target is turned off or the channel isn't live. `waiting`:
 * the server is waiting for media to send. `retrying`: an attempt failed, and another one follows.
 * `unsupported`: the broadcast can't be sent to the target in its current form.
 */
export const RestreamState = z
  .enum(['off', 'waiting', 'connecting', 'sending', 'retrying', 'unsupported'])
  .meta({ id: 'RestreamState' });
export type RestreamState = z.output<typeof RestreamState>;

/** The reason why nothing is sent to a target. */
export const RestreamProblem = z
  .enum([
    'unreachable',
    'address_refused',
    'certificate_invalid',
    'not_rtmp',
    'refused',
    'key_refused',
    'closed',
    'stalled',
    'codec',
    'b_frames',
    'no_media',
    'tracks_changed',
    'passphrase_refused',
    'srt_missing',
    'srt_failed',
    'not_whip',
    'endpoint_missing',
    'token_refused',
    'in_use',
    'media_refused',
    'media_unreachable',
    'busy',
  ])
  .meta({ id: 'RestreamProblem' });
export type RestreamProblem = z.output<typeof RestreamProblem>;

/** The current state of a target. */
export const RestreamStatus = z
  .object({
    state: RestreamState,
    /** The reason why nothing is sent; null if nothing is wrong. */
    problem: RestreamProblem.nullable(),
    /** A text that says what happened and what to do; empty if nothing is wrong. */
    reason: z.string(),
    /** The bit rate at which media is sent, in bits per second; null if none is sent. */
    bitrateBps: z.number().int().nonnegative().nullable(),
  })
  .meta({ id: 'RestreamStatus' });
export type RestreamStatus = z.output<typeof RestreamStatus>;

/** A target, as its channel's owner sees it. */
export const RestreamTarget = z
  .object({
    id: z.uuid(),
    name: z.string(),
    url: z.string(),
    enabled: z.boolean(),
    /** Whether the stream is encrypted over SRT. */
    hasPassphrase: z.boolean(),
    createdAt: z.iso.datetime(),
    status: RestreamStatus,
  })
  .meta({ id: 'RestreamTarget' });
export type RestreamTarget = z.output<typeof RestreamTarget>;

export const RestreamTargetList = z.array(RestreamTarget).meta({ id: 'RestreamTargetList' });
export type RestreamTargetList = z.output<typeof RestreamTargetList>;

/** Whether a URL contains only parts that may be shown, and nothing that could be a secret. */
function isPlain(text: string): boolean {
  if (restreamProtocol(text) === 'srt') return readSrtUrl(text) !== null;
  if (!URL.canParse(text)) return false;
  const { hostname, username, password, search, hash, pathname } = new URL(text);
  return username + password + search + hash === '' && hostname !== '' && pathname.length > 1;
}
