import { isIP } from 'node:net';
import { z } from 'zod';

/**
 * Whose X-Forwarded-For is trusted: nobody's, that of a number of proxies in front of the service,
 * or that of these addresses and networks (`10.0.0.0/8`).
 */
export type TrustedProxies = Readonly<{ hops: number }> | Readonly<{ networks: readonly string[] }>;

const HOPS_MAX = 10;
const NOT_UNDERSTOOD =
  'false, how many proxies (1), or their addresses and networks (10.0.0.0/8), with commas between';

/** Parses TRUST_PROXY. */
export const TrustedProxies = z.string().transform((text, context): TrustedProxies => {
  if (text === 'false') return { hops: 0 };
  // One proxy: trusting any number would let clients forge the first entry.
  if (text === 'true') return { hops: 1 };
  if (/^\d+$/.test(text) && Number(text) <= HOPS_MAX) return { hops: Number(text) };
  const networks = text.split(',').map((network) => network.trim());
  if (networks.every((network) => isNetwork(network))) return { networks };
  context.addIssue({ code: 'custom', message: NOT_UNDERSTOOD });
  return z.NEVER;
});

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return (
    prefix === undefined ||
    (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128))
  );
}
