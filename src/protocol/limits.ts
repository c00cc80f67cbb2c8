/** Bounds that server and pages share. No imports: pages take these values without the schema library. */

export const USERNAME_PATTERN = /^[a-z0-9](?:[a-z0-9_-]{1,28})[a-z0-9]$/;
export const PASSWORD_MIN = 8;
export const PASSWORD_MAX = 200;

export const CHANNEL_NAME_PATTERN = /^[a-z0-9-]{3,30}$/;
export const TITLE_MAX = 140;

/** Of a channel's password: people read it out to others, and guesses are throttled. */
export const CHANNEL_PASSWORD_MIN = 4;
export const CHANNEL_PASSWORD_MAX = 200;
/** Accounts on a private channel's list. */
export const MEMBERS_MAX = 1_000;

export const CHAT_TEXT_MAX = 500;
export const GUEST_NAME_MIN = 2;
export const GUEST_NAME_MAX = 30;
/** Messages a join or one page of history carries at most. */
export const CHAT_PAGE = 100;

/** A socket message larger than this is refused, bytes. */
export const SOCKET_PAYLOAD_MAX = 64 * 1024;

/** A picture that a publisher's browser made for the lists, bytes: in base64 it fits into a message. */
export const THUMBNAIL_BYTES_MAX = 40 * 1024;

/** The publisher's grace time, milliseconds. */
export const GRACE_MS = 60_000;

/** Names that are pages or may become some, so no channel can have them. */
export const RESERVED_CHANNEL_NAMES: ReadonlySet<string> = new Set([
  'about',
  'account',
  'admin',
  'api',
  'app',
  'assets',
  'auth',
  'broadcast',
  'broadcasts',
  'channel',
  'channels',
  'chat',
  'clip',
  'clips',
  'dashboard',
  'docs',
  'embed',
  'favicon',
  'health',
  'healthz',
  'help',
  'hls',
  'home',
  'index',
  'live',
  'login',
  'logout',
  'manifest',
  'metrics',
  'moderation',
  'onair',
  'privacy',
  'readyz',
  'recording',
  'recordings',
  'register',
  'robots',
  'root',
  'search',
  'settings',
  'signup',
  'socket',
  'static',
  'status',
  'studio',
  'support',
  'system',
  'terms',
  'user',
  'users',
  'watch',
  'well-known',
  'whep',
  'whip',
  'www',
]);

/** Channels or broadcasts one page of a list holds at most. */
export const LIST_PAGE = 100;
