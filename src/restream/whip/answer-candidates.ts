import { isIP } from 'node:net';

/** An address at which a server receives media over UDP. */
export type UdpCandidate = Readonly<{ address: string; port: number; priority: number }>;

/** More than any server has. */
const CANDIDATES_MAX = 20;
/** RFC 8839 5.1, for component 1. */
const LINE = /^a=candidate:[\w+/]{1,32} 1 udp (\d{1,10}) ([\w.:]{2,45}) (\d{1,5}) typ \w+/gim;

/**
 * Returns the UDP candidates of an answer, preferred ones first. Names (mDNS) are left out: servers
 * are reached by address.
 */
export function udpCandidates(sdp: string): UdpCandidate[] {
  const found = new Map<string, UdpCandidate>();
  for (const [, priority, address = '', port] of sdp.matchAll(LINE)) {
    const candidate = { address, port: Number(port), priority: Number(priority) };
    const isValid = isIP(address) !== 0 && candidate.port > 0 && candidate.port < 65_536;
    if (isValid && found.size < CANDIDATES_MAX) found.set(`${address} ${port}`, candidate);
  }
  return [...found.values()].toSorted((a, b) => b.priority - a.priority);
}
