/**
 * Limits that the server and the pages share. This file has no imports, so that pages can use these
 * values without the schema library.
 */

export const USERNAME_PATTERN = /^[a-z0-9](?:[a-z0-9_-]{1,28})[a-z0-9]$/;
export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 200;

/** The maximum length of an account's public name, which is shown instead of the username. */
export const DISPLAY_NAME_MAX = 40;
/** The maximum number of API tokens per account. */
export const TOKENS_MAX = 20;
export const TOKEN_NAME_MAX = 60;
/** The limits of an avatar upload: the file's size in bytes and the picture's size in pixels. */
export const AVATAR_BYTES_MAX = 5 * 1024 * 1024;
export const AVATAR_PIXELS_MAX = 24_000_000;
/** The maximum number of open invitations. */
export const INVITATIONS_MAX = 500;
export const INVITATION_NOTE_MAX = 100;

export const CHANNEL_NAME_PATTERN = /^[a-z0-9-]{3,30}$/;
export const TITLE_MAX = 140;

/**
 * The minimum and maximum length of a channel's password. Short passwords are allowed, because
 * guesses are throttled.
 */
export const CHANNEL_PASSWORD_MIN = 4;
export const CHANNEL_PASSWORD_MAX = 200;
/** The maximum number of accounts on a private channel's list. */
export const MEMBERS_MAX = 1_000;

export const CHAT_TEXT_MAX = 500;
export const GUEST_NAME_MIN = 2;
export const GUEST_NAME_MAX = 30;
/** The maximum number of messages in a join or one page of history. */
export const CHAT_PAGE = 100;
/** The maximum length of the text quoted from a message. */
export const QUOTE_MAX = 120;
/** The maximum interval of slow mode, in seconds. */
export const SLOW_MODE_MAX_S = 300;
/** The longest follow age that a channel can require: 90 days, in minutes. */
export const FOLLOW_AGE_MAX_MIN = 90 * 24 * 60;
/** The minimum and maximum length of a time-out, in seconds: ten seconds to 14 days. */
export const TIMEOUT_MIN_S = 10;
export const TIMEOUT_MAX_S = 14 * 24 * 3600;
/** The maximum number of a channel's blocked words, and the maximum length of each. */
export const BLOCKED_WORDS_MAX = 500;
export const BLOCKED_WORD_MAX = 60;
/** The maximum length of a reason for a ban or time-out. */
export const REASON_MAX = 200;
/** The maximum number of moderators per channel. */
export const MODERATORS_MAX = 100;
/** The maximum number of followed channels per account. */
export const FOLLOWS_MAX = 2_000;
/** The maximum number of different emoji among the reactions to one message. */
export const REACTIONS_MAX = 20;
/** The emoji that can float over the player. */
export const FLOATING_EMOJI = ['❤️', '👍', '👏', '😂', '😮', '😢', '🔥', '🎉'] as const;
/** The minimum and maximum length of a search query. */
export const SEARCH_MIN = 2;
export const SEARCH_MAX = 100;
/** The maximum number of names in the viewer list. All viewers are counted. */
export const VIEWERS_LISTED_MAX = 500;

/** The maximum numbers of guests on a stage and of guests waiting in its green room. */
export const GUESTS_ON_STAGE_MAX = 8;
export const GUESTS_WAITING_MAX = 20;
/** The maximum number of a channel's invitations that can still be used. */
export const STAGE_INVITATIONS_MAX = 50;
/** The limits of a picture for scenes: the file's size in bytes and the picture's size in pixels. */
export const STAGE_PICTURE_BYTES_MAX = 8 * 1024 * 1024;
export const STAGE_PICTURE_PIXELS_MAX = 24_000_000;
/**
 * The maximum number of a channel's uploads for scenes, and their maximum total size in bytes once
 * encoded.
 */
export const STAGE_ASSETS_MAX = 40;
export const STAGE_ASSETS_BYTES_MAX = 40 * 1024 * 1024;
/** The maximum number of a channel's scenes, and the maximum lengths of their names and texts. */
export const SCENES_MAX = 30;
export const SCENE_NAME_MAX = 40;
export const OVERLAY_TEXT_MAX = 200;
/** The maximum length of the name above a banner. */
export const BANNER_AUTHOR_MAX = 40;
/** The maximum length of a message between participants on a stage. */
export const STAGE_TEXT_MAX = 500;

/** The minimum and maximum length of a clip, in milliseconds. */
export const CLIP_MIN_MS = 1_000;
export const CLIP_MAX_MS = 60_000;

/** The maximum size of a socket message, in bytes. */
export const SOCKET_PAYLOAD_MAX = 64 * 1024;

/**
 * The maximum size of a thumbnail from a publisher's browser, in bytes. Encoded in base64, such a
 * thumbnail fits into a socket message.
 */
export const THUMBNAIL_BYTES_MAX = 40 * 1024;

/** The names of current and future pages, which channels can't use. */
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
  'p2p',
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
  'stage',
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

/**
 * Names that suggest the service or its operators. They are reserved, including lookalike
 * spellings.
 */
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

/** The maximum number of channels or broadcasts per page of a list. */
export const LIST_PAGE = 100;
