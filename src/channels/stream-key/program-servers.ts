import type { Config } from '../../config/config.js';

const RTMP_PORT = 1935;
const RTMPS_PORT = 443;

/**
 * Returns the addresses at which encoders publish on any channel over RTMP, the encrypted one
 * first; empty if RTMP is off. They use the host of the public URL.
 */
export function rtmpServers({ http, rtmp }: Pick<Config, 'http' | 'rtmp'>): string[] {
  const { hostname } = new URL(http.publicUrl);
  const withPort = (port: number, usual: number) => (port === usual ? '' : `:${port}`);
  return [
    ...(rtmp.tls ? [`rtmps://${hostname}${withPort(rtmp.tls.port, RTMPS_PORT)}/live`] : []),
    ...(rtmp.port === 0 ? [] : [`rtmp://${hostname}${withPort(rtmp.port, RTMP_PORT)}/live`]),
  ];
}

/** Returns the address at which encoders publish over SRT. It uses the host of the public URL. */
export function srtServer({ http, srt }: Pick<Config, 'http' | 'srt'>): string {
  return `srt://${new URL(http.publicUrl).hostname}:${srt.port}`;
}
