import { isIP } from 'node:net';
import { z } from 'zod';

/**
 * Whose X-Forwarded-For is believed: nobody's, that of so many proxies in a row in front of the
 * service, or that of these addresses and networks (`10.0.0.0/8`).
 */
export type TrustedProxies = Readonly<{ hops: number }> | Readonly<{ networks: readonly string[] }>;

const HOPS_MAX = 10;
const NOT_UNDERSTOOD =
  'false, how many proxies (1), or their addresses and networks (10.0.0.0/8), with commas between';

/** Reads what TRUST_PROXY says. */
export const TrustedProxies = z.string().transform((text, context): TrustedProxies => {
  if (text === 'false') return { hops: 0 };
  // The one in front: to believe all there are would let everybody write the first.
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
