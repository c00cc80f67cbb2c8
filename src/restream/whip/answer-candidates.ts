import { parseAddress } from '../../common/network-list.js';

/** An address at which a server receives media over UDP. */
export type UdpCandidate = Readonly<{ address: string; port: number; priority: number }>;

/** The maximum number of candidates, which is more than any server has. */
const CANDIDATES_MAX = 20;
/** Matches a UDP candidate of component 1 (RFC 8839, section 5.1). */
const LINE = /^a=candidate:[\w+/]{1,32} 1 udp (\d{1,10}) ([\w.:]{2,45}) (\d{1,5}) typ \w+/gim;

/**
 * Returns the UDP candidates of an answer, preferred ones first. Omits mDNS names, because servers
 * are reached by address.
 */
export function udpCandidates(sdp: string): UdpCandidate[] {
  const found = new Map<string, UdpCandidate>();
  for (const [, priority, text = '', digits] of sdp.matchAll(LINE)) {
    // Incoming packets are matched by address, so it must be in the form in which the system writes
    // it.
    const address = parseAddress(text)?.toString();
    const port = Number(digits);
    if (address === undefined || port === 0 || port > 65_535 || found.size === CANDIDATES_MAX)
      continue;
    found.set(`${address} ${port}`, { address, port, priority: Number(priority) });
  }
  return [...found.values()].toSorted((a, b) => b.priority - a.priority);
}
