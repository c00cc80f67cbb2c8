/**
 * Whether a restream target's URL is that of a WHIP server; otherwise it is that of an RTMP server.
 */
export const isWhip = (url: string): boolean => url.startsWith('https:');
