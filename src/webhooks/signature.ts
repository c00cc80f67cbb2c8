import { createHmac, randomBytes } from 'node:crypto';

/** 256 bits, with a mark that tools which look for leaked secrets know. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64url')}`;
}

/**
 * The value of the header `onair-signature`: `t=SECONDS,v1=HEX`, where HEX is HMAC-SHA-256 of
 * `SECONDS.BODY` with the webhook's secret. Who checks it refuses old times, so that nothing can be
 * sent to them again.
 */
export function signatureHeader(secret: string, body: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1_000);
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}
