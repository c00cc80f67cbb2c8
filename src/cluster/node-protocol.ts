/**
 * The version of the calls, streams and messages between nodes. Each change that an older release
 * doesn't understand increases it by one, and such a release must still understand the version
 * before: during an upgrade, both run side by side.
 */
export const NODE_PROTOCOL = 1;

/** Whether nodes of this release and of another version understand each other. */
export function understands(proto: number): boolean {
  return Math.abs(proto - NODE_PROTOCOL) <= 1;
}
