/** Bounds that server and pages share. No imports: pages take these values without the schema library. */

export const USERNAME_PATTERN = /^[a-z0-9](?:[a-z0-9_-]{1,28})[a-z0-9]$/;
export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 200;

/** What others see of an account, in place of its username. */
export const DISPLAY_NAME_MAX = 40;
/** API tokens of one account. */
export const TOKENS_MAX = 20;
export const TOKEN_NAME_MAX = 60;
/** A picture that somebody sends to be their avatar: bytes of the file, pixels of the picture. */
export const AVATAR_BYTES_MAX = 5 * 1024 * 1024;
export const AVATAR_PIXELS_MAX = 24_000_000;
/** Invitations that are open at one time. */
export const INVITATIONS_MAX = 500;
export const INVITATION_NOTE_MAX = 100;

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
/** So many characters of a message are shown where another one answers it. */
export const QUOTE_MAX = 120;
/** A channel's slow mode, seconds between two messages of one sender. */
export const SLOW_MODE_MAX_S = 300;
/** How long one can be made to follow before writing, minutes: 90 days. */
export const FOLLOW_AGE_MAX_MIN = 90 * 24 * 60;
/** A time-out, seconds: ten seconds to 14 days. */
export const TIMEOUT_MIN_S = 10;
export const TIMEOUT_MAX_S = 14 * 24 * 3600;
/** A channel's list of blocked words: entries, characters of one. */
export const BLOCKED_WORDS_MAX = 500;
export const BLOCKED_WORD_MAX = 60;
/** Why somebody was banned or timed out, characters. */
export const REASON_MAX = 200;
/** Moderators of one channel. */
export const MODERATORS_MAX = 100;
/** Channels that one account follows. */
export const FOLLOWS_MAX = 2_000;
/** Different emoji under one message. */
export const REACTIONS_MAX = 20;
/** What can float over the player. */
export const FLOATING_EMOJI = ['❤️', '👍', '👏', '😂', '😮', '😢', '🔥', '🎉'] as const;
/** What is searched for, characters. */
export const SEARCH_MIN = 2;
export const SEARCH_MAX = 100;
/** Viewers that a list names at most; all are counted. */
export const VIEWERS_LISTED_MAX = 500;

/** How long a clip of a recording is, milliseconds. */
export const CLIP_MIN_MS = 1_000;
export const CLIP_MAX_MS = 60_000;

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
  'avatar',
  'avatars',
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
  'invitation',
  'invite',
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
  'setup',
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

/** Names of those who run the service, and of itself: nobody else goes by them, in any spelling. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  'admin',
  'administration',
  'administrator',
  'mod',
  'moderation',
  'moderator',
  'official',
  'onair',
  'postmaster',
  'root',
  'security',
  'staff',
  'support',
  'sysadmin',
  'system',
  'webmaster',
]);

/** Channels or broadcasts one page of a list holds at most. */
export const LIST_PAGE = 100;
