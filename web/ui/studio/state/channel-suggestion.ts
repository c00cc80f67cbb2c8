import { CHANNEL_NAME_PATTERN, RESERVED_CHANNEL_NAMES } from '../../../../src/protocol/limits.js';

const LENGTH_MAX = 30;
const LENGTH_MIN = 3;

/** The problem with a channel name, worded for beside the field, or undefined. */
export function channelNameProblem(name: string): string | undefined {
  if (name.length < LENGTH_MIN) return `Use at least ${LENGTH_MIN} characters.`;
  if (!CHANNEL_NAME_PATTERN.test(name)) return 'Use only letters (a-z), digits and "-".';
  if (RESERVED_CHANNEL_NAMES.has(name)) return 'This name is reserved, choose another.';
  return undefined;
}

/** A valid channel name as close as possible to a username. */
export function suggestChannelName(username: string): string {
  const name = username
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, LENGTH_MAX);
  if (name.length < LENGTH_MIN) return `${name}-tv`.replace(/^-/, 'my-');
  return RESERVED_CHANNEL_NAMES.has(name) ? `${name}-tv` : name;
}

/** The next suggestion when a name is taken: `name-2`, `name-3`, … */
export function nextChannelName(name: string): string {
  const numbered = /^(.*)-(\d{1,4})$/.exec(name);
  const number = numbered === null ? 2 : Number(numbered[2]) + 1;
  const stem = numbered?.[1] ?? name;
  const ending = `-${number}`;
  return stem.slice(0, LENGTH_MAX - ending.length) + ending;
}
