import { isIP } from 'node:net';
import type { Environment } from './environment.js';

/** Returns an error for each setting that contradicts or requires another one. */
export function contradictions(e: Environment): string[] {
  const mistakes: string[] = [];
  if (e.RTC_TURN_URLS.length > 0 && e.RTC_TURN_SECRET === undefined)
    mistakes.push('RTC_TURN_SECRET: is required with RTC_TURN_URLS (static-auth-secret in coturn)');
  if (e.HLS_PART_SECONDS > e.HLS_SEGMENT_SECONDS / 2)
    mistakes.push('HLS_PART_SECONDS: must be at most half of HLS_SEGMENT_SECONDS');
  if (e.RTMPS_PORT !== 0 && (e.RTMPS_CERT_FILE === undefined || e.RTMPS_KEY_FILE === undefined))
    mistakes.push('RTMPS_PORT: requires RTMPS_CERT_FILE and RTMPS_KEY_FILE');
  mistakes.push(...oidcMistakes(e), ...s3Mistakes(e), ...nodeMistakes(e));
  // For `localhost`, Node uses two listeners, and the second one doesn't remove the base path.
  if (
    e.HOST === 'localhost' &&
    e.PUBLIC_URL !== undefined &&
    new URL(e.PUBLIC_URL).pathname !== '/'
  )
    mistakes.push('HOST: must be 127.0.0.1 instead of localhost, because PUBLIC_URL has a path');
  if (isIP(e.HOST) === 0 && e.HOST !== 'localhost')
    mistakes.push('HOST: must be an IP address to listen on, such as 127.0.0.1 or 0.0.0.0');
  return mistakes;
}

function s3Mistakes(e: Environment): string[] {
  const { S3_ACCESS_KEY_ID: id, S3_SECRET_ACCESS_KEY: secret } = e;
  const mistakes: string[] = [];
  if ((id === undefined) !== (secret === undefined))
    mistakes.push('S3_ACCESS_KEY_ID: must be set together with S3_SECRET_ACCESS_KEY');
  if (e.S3_BUCKET === undefined && (e.S3_ENDPOINT !== undefined || id !== undefined))
    mistakes.push('S3_BUCKET: is required with the other S3 settings');
  return mistakes;
}

/** Checks that a node has the settings that all nodes share, and its own address for browsers. */
function nodeMistakes(e: Environment): string[] {
  const mistakes: string[] = [];
  if (e.NODE_URL === undefined) {
    if (e.REDIS_URL !== undefined)
      mistakes.push('NODE_URL: is required with REDIS_URL, which is only used between nodes');
    return mistakes;
  }
  if (e.DATABASE_URL === undefined)
    mistakes.push(
      'DATABASE_URL: is required with NODE_URL: all nodes share one PostgreSQL database',
    );
  if (e.SECRET_KEY === undefined)
    mistakes.push('SECRET_KEY: is required with NODE_URL, and must be the same on all nodes');
  if (e.RTC_ANNOUNCED_ADDRESS.length === 0)
    mistakes.push(
      'RTC_ANNOUNCED_ADDRESS: is required with NODE_URL, because browsers connect to this address',
    );
  return mistakes;
}

function oidcMistakes(e: Environment): string[] {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = e;
  const given = [issuer, clientId, clientSecret].filter((value) => value !== undefined);
  const mistakes: string[] = [];
  if (given.length > 0 && given.length < 3)
    mistakes.push('OIDC_ISSUER: must be set together with OIDC_CLIENT_ID and OIDC_CLIENT_SECRET');
  if (issuer?.startsWith('http:') === true && !LOOPBACK.has(new URL(issuer).hostname))
    mistakes.push(
      'OIDC_ISSUER: must be an https:// address; http:// is allowed only on this machine',
    );
  return mistakes;
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
