import { CHANNEL_NAME_PATTERN, RESERVED_CHANNEL_NAMES } from '../../../../src/protocol/limits.js';

const LENGTH_MAX = 30;
const LENGTH_MIN = 3;

/** Returns the problem with a channel name as the text of a field error, or undefined. */
export function channelNameProblem(name: string): string | undefined {
  if (name.length < LENGTH_MIN) return `Use at least ${LENGTH_MIN} characters.`;
  if (!CHANNEL_NAME_PATTERN.test(name)) return 'Use only letters (a-z), digits and hyphens.';
  if (RESERVED_CHANNEL_NAMES.has(name)) return 'This name is reserved. Choose another.';
  return undefined;
}

/** Returns a valid channel name as close as possible to a username. */
export function suggestChannelName(username: string): string {
  const name = username
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, LENGTH_MAX);
  if (name.length < LENGTH_MIN) return `${name}-tv`.replace(/^-/, 'my-');
  return RESERVED_CHANNEL_NAMES.has(name) ? `${name}-tv` : name;
}

/** Returns the next suggestion if a name is taken, such as `name-2` and then `name-3`. */
export function nextChannelName(name: string): string {
  const numbered = /^(.*)-(\d{1,4})$/.exec(name);
  const number = numbered === null ? 2 : Number(numbered[2]) + 1;
  const stem = numbered?.[1] ?? name;
  const ending = `-${number}`;
  return stem.slice(0, LENGTH_MAX - ending.length) + ending;
}
