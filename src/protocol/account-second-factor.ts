import { z } from 'zod';
import { SecondFactorCode } from './account.js';

/** A new key for an authenticator app; in use once a code of it was confirmed. */
export const SecondFactorSetup = z
  .object({
    /** For a QR code: `otpauth://totp/…`. */
    uri: z.string(),
    /** The same key, to be typed. */
    secret: z.string(),
  })
  .meta({ id: 'SecondFactorSetup' });
export type SecondFactorSetup = z.output<typeof SecondFactorSetup>;

export const SecondFactorConfirmation = z
  .strictObject({ code: SecondFactorCode })
  .meta({ id: 'SecondFactorConfirmation' });
export type SecondFactorConfirmation = z.output<typeof SecondFactorConfirmation>;

/** Each logs in once in place of the app's code. Told once: only their hashes are kept. */
export const RecoveryCodes = z.object({ codes: z.array(z.string()) }).meta({ id: 'RecoveryCodes' });
export type RecoveryCodes = z.output<typeof RecoveryCodes>;
