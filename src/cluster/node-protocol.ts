/**
 * The version of the calls, streams and messages between nodes. Each change that an older release
 * doesn't understand increases it by one. A release must still understand the previous version,
 * because both run side by side during an upgrade.
 */
export const NODE_PROTOCOL = 1;

/** Whether nodes of this release and of another version understand each other. */
export function understands(proto: number): boolean {
  return Math.abs(proto - NODE_PROTOCOL) <= 1;
}
