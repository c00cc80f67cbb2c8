/** The latency of SRT targets whose URL doesn't contain one, in milliseconds. */
const LATENCY_MS = 500;
const LATENCY_MIN_MS = 20;
const LATENCY_MAX_MS = 10_000;
const MODE = 'caller';

/** The contents of an SRT target's URL. */
export type SrtPlace = Readonly<{
  /** A name or address; IPv6 without brackets. */
  host: string;
  port: number;
  latencyMs: number;
}>;

/** An SRT URL without its secrets, and the secrets; a secret is null if the URL lacks it. */
export type SplitSrtUrl = Readonly<{
  url: string;
  streamId: string | null;
  passphrase: string | null;
}>;

/**
 * Reads `srt://HOST:PORT?latency=MS`, in which the latency is optional; null for any other URL.
 * `mode=caller` is accepted, because services include it in their URLs.
 */
export function readSrtUrl(text: string): SrtPlace | null {
  if (!URL.canParse(text)) return null;
  const { protocol, username, password, hostname, port, pathname, searchParams, hash } = new URL(
    text,
  );
  const isPlain = username + password + hash === '' && pathname.length <= 1;
  if (protocol !== 'srt:' || !isPlain || hostname === '' || port === '' || port === '0')
    return null;
  const { latency = `${LATENCY_MS}`, mode = MODE, ...others } = Object.fromEntries(searchParams);
  if (mode !== MODE || Object.keys(others).length > 0 || !/^\d{1,5}$/.test(latency)) return null;
  const latencyMs = Number(latency);
  if (latencyMs < LATENCY_MIN_MS || latencyMs > LATENCY_MAX_MS) return null;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), latencyMs };
}

/** Removes the stream id and the passphrase from an SRT URL in the form that services display. */
export function splitSrtUrl(text: string): SplitSrtUrl {
  const [address = '', query = ''] = text.split(/\?(.*)/s);
  const kept: string[] = [];
  const secrets = new Map<string, string>();
  for (const pair of query.split('&')) {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    if (name === 'streamid' || name === 'passphrase') secrets.set(name, decoded(value));
    else if (pair !== '') kept.push(pair);
  }
  return {
    url: kept.length === 0 ? address : `${address}?${kept.join('&')}`,
    streamId: secrets.get('streamid') ?? null,
    passphrase: secrets.get('passphrase') ?? null,
  };
}

/** Decodes a query value; returns it unchanged if it isn't encoded. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
