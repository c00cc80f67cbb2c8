import {
  FOLLOW_AGE_MAX_MIN,
  REASON_MAX,
  SLOW_MODE_MAX_S,
  TIMEOUT_MAX_S,
  TIMEOUT_MIN_S,
} from '../../protocol/limits.js';
import { CHAT_COMMANDS, type ChatCommandName, type ForWhom } from '../../protocol/chat-commands.js';
import type { ChatRules } from '../../protocol/chat-rules.js';
import { parseSeconds } from '../rules/duration.js';

/** A parsed command. */
export type Command =
  | Readonly<{ name: 'help' | 'follow' | 'unfollow' | 'unpin' }>
  | Readonly<{ name: 'timeout'; who: string; seconds: number; reason: string }>
  | Readonly<{ name: 'ban'; who: string; reason: string }>
  | Readonly<{ name: 'unban'; who: string }>
  | Readonly<{ name: 'clear' | 'mod' | 'unmod'; who: string }>
  | Readonly<{ name: 'delete' | 'restore' | 'pin'; seq: number }>
  | Readonly<{ name: 'rules'; rules: Partial<ChatRules> }>;

/** A command, or the reason why parsing failed; `usage` gives the syntax of a known command. */
export type Parsed =
  | Readonly<{ ok: true; command: Command }>
  | Readonly<{ ok: false; unknown: string }>
  | Readonly<{ ok: false; usage: string }>;

/** Parses a command's arguments; null if they are invalid. */
type Parse = (words: readonly string[]) => Command | null;

const TIMEOUT_DEFAULT_S = 600;
const SLOW_MODE_DEFAULT_S = 10;
const SEQ_MAX = 2 ** 31 - 1;

const PARSERS: Readonly<Record<ChatCommandName, Parse>> = {
  help: none('help'),
  follow: none('follow'),
  unfollow: none('unfollow'),
  timeout: parseTimeout,
  untimeout: who('unban'),
  ban: parseBan,
  unban: who('unban'),
  clear: who('clear'),
  delete: seq('delete'),
  restore: seq('restore'),
  pin: seq('pin'),
  unpin: none('unpin'),
  slow: parseSlow,
  followers: parseFollowers,
  registered: toggle('registeredOnly'),
  emoji: toggle('emojiOnly'),
  holdlinks: toggle('holdLinks'),
  holdfirst: toggle('holdFirst'),
  mod: who('mod'),
  unmod: who('unmod'),
};

/** Parses the text after a slash. Names use `_` for spaces and may start with `@`. */
export function parseCommand(text: string): Parsed {
  const [typed = '', ...words] = text.trim().replace(/^\//, '').split(/\s+/u);
  const known = CHAT_COMMANDS.find(({ name }) => name === typed.toLowerCase());
  if (!known) return { ok: false, unknown: typed.slice(0, 30) };
  const command = PARSERS[known.name](words);
  return command ? { ok: true, command } : { ok: false, usage: known.usage };
}

/** Returns the usage of each command that someone with these roles may run. */
export function usages(may: ReadonlySet<ForWhom>): string[] {
  return CHAT_COMMANDS.filter(({ forWhom }) => may.has(forWhom)).map(({ usage }) => usage);
}

function none(name: 'help' | 'follow' | 'unfollow' | 'unpin') {
  return (words: readonly string[]): Command | null => (words.length === 0 ? { name } : null);
}

function who(name: 'unban' | 'clear' | 'mod' | 'unmod') {
  return ([typed, ...rest]: readonly string[]): Command | null => {
    const known = nameOf(typed);
    return known && rest.length === 0 ? { name, who: known } : null;
  };
}

function seq(name: 'delete' | 'restore' | 'pin') {
  return ([typed = '', ...rest]: readonly string[]): Command | null => {
    const [, digits] = /^#?(\d{1,10})$/.exec(typed) ?? [];
    const number = Number(digits);
    return digits && rest.length === 0 && number <= SEQ_MAX ? { name, seq: number } : null;
  };
}

function toggle(rule: 'registeredOnly' | 'emojiOnly' | 'holdLinks' | 'holdFirst') {
  return ([typed = 'on', ...rest]: readonly string[]): Command | null => {
    const word = typed.toLowerCase();
    if (rest.length > 0 || (word !== 'on' && word !== 'off')) return null;
    return { name: 'rules', rules: { [rule]: word === 'on' } };
  };
}

function parseTimeout([typed, ...rest]: readonly string[]): Command | null {
  const known = nameOf(typed);
  const given = parseSeconds(rest[0] ?? '');
  const seconds = given ?? TIMEOUT_DEFAULT_S;
  const reason = reasonOf(given === null ? rest : rest.slice(1));
  if (!known || reason === null || seconds < TIMEOUT_MIN_S || seconds > TIMEOUT_MAX_S) return null;
  return { name: 'timeout', who: known, seconds, reason };
}

function parseBan([typed, ...rest]: readonly string[]): Command | null {
  const [known, reason] = [nameOf(typed), reasonOf(rest)];
  return known && reason !== null ? { name: 'ban', who: known, reason } : null;
}

function parseSlow([typed = `${SLOW_MODE_DEFAULT_S}`, ...rest]: readonly string[]): Command | null {
  const slowModeS = typed.toLowerCase() === 'off' ? 0 : parseSeconds(typed);
  if (slowModeS === null || slowModeS > SLOW_MODE_MAX_S || rest.length > 0) return null;
  return { name: 'rules', rules: { slowModeS } };
}

function parseFollowers([typed = '0', ...rest]: readonly string[]): Command | null {
  if (rest.length > 0) return null;
  if (typed.toLowerCase() === 'off') return { name: 'rules', rules: { followersOnlyMin: null } };
  const seconds = parseSeconds(typed, 'm');
  if (seconds === null) return null;
  const followersOnlyMin = Math.ceil(seconds / 60);
  return followersOnlyMin > FOLLOW_AGE_MAX_MIN
    ? null
    : { name: 'rules', rules: { followersOnlyMin } };
}

/** Returns null for a missing or invalid name. */
function nameOf(typed: string | undefined): string | null {
  const name = typed?.replace(/^@/, '') ?? '';
  return name === '' || name.length > 60 ? null : name;
}

/** Returns null if the reason is too long. */
function reasonOf(words: readonly string[]): string | null {
  const reason = words.join(' ');
  return reason.length > REASON_MAX ? null : reason;
}
