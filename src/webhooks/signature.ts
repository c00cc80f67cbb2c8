import { createHmac, randomBytes } from 'node:crypto';

/** Generates a 256-bit secret with a prefix that secret scanners recognize. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64url')}`;
}

/**
 * Returns the value of the header `onair-signature`: `t=SECONDS,v1=HEX`, where HEX is the
 * HMAC-SHA-256 of `SECONDS.BODY` with the webhook's secret. To prevent replays, receivers reject
 * old times.
 */
export function signatureHeader(secret: string, body: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1_000);
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}
