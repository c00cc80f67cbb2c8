import { RESERVED_CHANNEL_NAMES, RESERVED_NAMES } from '../protocol/limits.js';
import { nameSkeleton } from './name-skeleton.js';

const skeletonsOf = (names: Iterable<string>) => new Set([...names].map(nameSkeleton));
const RESERVED = skeletonsOf(RESERVED_NAMES);
const RESERVED_FOR_PAGES = skeletonsOf(RESERVED_CHANNEL_NAMES);

/** Whether a name is of those who run the service, or looks like it. */
export function isReserved(name: string): boolean {
  return RESERVED.has(nameSkeleton(name));
}

/** The same for a username, which is to be good for a channel too. */
export function isReservedUsername(username: string): boolean {
  return isReserved(username) || RESERVED_FOR_PAGES.has(nameSkeleton(username));
}
