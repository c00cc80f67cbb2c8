/** Whether the server with this URL, that of a restream target, is reached over WHIP or RTMP. */
export const isWhip = (url: string): boolean => url.startsWith('https:');
