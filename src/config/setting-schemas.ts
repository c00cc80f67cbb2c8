import { isIP } from 'node:net';
import { z } from 'zod';
import { isNetwork } from '../common/network-list.js';

/** An optional setting; an empty value, as in `.env.example`, means the default. */
export const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());
/** A setting with a default, which also applies to an empty value. */
export const withDefault = <T extends z.ZodType>(schema: T, value: string) =>
  z.preprocess((given) => (given === undefined || given === '' ? value : given), schema);

export const NOT_AN_ADDRESS = 'must be IP addresses or host names, separated by commas';

export const Port = z.coerce.number('must be a port number').int().min(0).max(65_535);
export const Flag = z
  .enum(['true', 'false'], 'must be true or false')
  .transform((value) => value === 'true');
export const List = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
export const count = (min: number, max: number) =>
  z.coerce.number('must be a whole number').int().min(min).max(max);
export const Networks = List.pipe(
  z.array(
    z
      .string()
      .refine((text) => isNetwork(text), 'must be addresses and networks, such as 192.168.1.0/24'),
  ),
);
export const HttpUrl = z.url({
  protocol: /^https?$/,
  error: 'must be an http:// or https:// address',
});

/** Matches a path of characters that need no escaping in URLs, cookies or HTML. */
const BASE_PATH = /^(?:\/[\w.~-]+)*$/;
export const PublicUrl = HttpUrl.superRefine((text, context) => {
  const { pathname, search, hash, username, password } = new URL(text);
  const problem = (message: string) => context.addIssue({ code: 'custom', message });
  if (search !== '' || hash !== '' || /[?#]/.test(text))
    problem(
      'must not contain “?” or “#”, because the addresses of pages and sockets are appended to it',
    );
  if (username !== '' || password !== '') problem('must not contain a user name or password');
  if (!BASE_PATH.test(pathname.replace(/\/+$/, '')))
    problem(
      'must have a path of letters, digits, “-”, “_”, “.” and “~”, such as https://example.org/live',
    );
}).transform((text) => {
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname.replace(/\/+$/, '')}`;
});

/** The parts of the media worker (scripts/set-up/worker-parts.mjs); “none” for none of them. */
export const WorkerParts = List.transform((parts) => (parts.join() === 'none' ? [] : parts)).pipe(
  z.array(
    z.enum(['gso', 'openssl', 'jemalloc'], 'must be none, or some of gso, openssl and jemalloc'),
  ),
);

/** A range of UDP ports. */
export const PortRange = z
  .string()
  .regex(/^\d{1,5}-\d{1,5}$/, 'must be a range of ports, such as 45000-45199')
  .transform((text) => {
    const [min = 0, max = 0] = text.split('-').map(Number);
    return { min, max };
  })
  .refine(
    ({ min, max }) => min > 0 && min <= max && max <= 65_535,
    'must be from a lower to a higher port, such as 45000-45199',
  );

/** The address of a node's listener for the other nodes. */
export const NodeUrl = z
  .url({ protocol: /^http$/, error: 'must be an http:// address, such as http://10.0.0.2:8090' })
  .refine(
    (text) => isIP(hostOf(text)) !== 0,
    'must have an IP address of this machine, such as http://10.0.0.2:8090',
  )
  .refine(
    (text) => /^\/?$/.test(new URL(text).pathname) && !/[?#]/.test(text),
    'must not have a path',
  )
  .transform((text) => new URL(text).origin);

/** Returns a URL's host name or address, without the brackets of IPv6. */
export function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}
