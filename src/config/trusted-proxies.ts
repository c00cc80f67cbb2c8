import { z } from 'zod';
import { isNetwork } from '../common/network-list.js';

/**
 * The proxies whose X-Forwarded-For is trusted: either a number of proxies in front of the server,
 * possibly 0, or the proxies at certain addresses and networks (`10.0.0.0/8`).
 */
export type TrustedProxies = Readonly<{ hops: number }> | Readonly<{ networks: readonly string[] }>;

const HOPS_MAX = 10;
const NOT_UNDERSTOOD =
  'must be false, the number of proxies (1), or their addresses and networks (10.0.0.0/8) separated by commas';

/** Parses TRUST_PROXY. */
export const TrustedProxies = z.string().transform((text, context): TrustedProxies => {
  if (text === 'false') return { hops: 0 };
  // `true` means one proxy. If any number of proxies were trusted, clients could forge the first
  // entry.
  if (text === 'true') return { hops: 1 };
  if (/^\d+$/.test(text) && Number(text) <= HOPS_MAX) return { hops: Number(text) };
  const networks = text.split(',').map((network) => network.trim());
  if (networks.every((network) => isNetwork(network))) return { networks };
  context.addIssue({ code: 'custom', message: NOT_UNDERSTOOD });
  return z.NEVER;
});
