import { RESERVED_CHANNEL_NAMES, RESERVED_NAMES } from '../protocol/limits.js';
import { nameSkeleton } from './name-skeleton.js';

const skeletonsOf = (names: Iterable<string>) => new Set([...names].map(nameSkeleton));
const RESERVED = skeletonsOf(RESERVED_NAMES);
const RESERVED_FOR_PAGES = skeletonsOf(RESERVED_CHANNEL_NAMES);

/** Whether a name is reserved for operators or looks like a reserved name. */
export function isReserved(name: string): boolean {
  return RESERVED.has(nameSkeleton(name));
}

/** Like {@link isReserved}, for a username, which must also be valid as a channel name. */
export function isReservedUsername(username: string): boolean {
  return isReserved(username) || RESERVED_FOR_PAGES.has(nameSkeleton(username));
}
