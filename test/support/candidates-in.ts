/** Returns the protocol and address of each candidate in a session description, in order. */
export function candidatesIn(sdp: string): string[] {
  return [...sdp.matchAll(/^a=candidate:\S+ 1 (\S+) \d+ (\S+) /gm)].map(
    ([, protocol, address]) => `${protocol} ${address}`,
  );
}
