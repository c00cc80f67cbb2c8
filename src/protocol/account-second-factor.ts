import { z } from 'zod';
import { SecondFactorCode } from './account.js';

/** A new key for an authenticator app. It becomes active when the user confirms it with a code. */
export const SecondFactorSetup = z
  .object({
    /** The content for a QR code, starting with `otpauth://totp/`. */
    uri: z.string(),
    /** The same key for manual entry. */
    secret: z.string(),
  })
  .meta({ id: 'SecondFactorSetup' });
export type SecondFactorSetup = z.output<typeof SecondFactorSetup>;

export const SecondFactorConfirmation = z
  .strictObject({ code: SecondFactorCode })
  .meta({ id: 'SecondFactorConfirmation' });
export type SecondFactorConfirmation = z.output<typeof SecondFactorConfirmation>;

/**
 * Recovery codes. Each can be used once instead of a code from the app. They are shown only once,
 * because only their hashes are stored.
 */
export const RecoveryCodes = z.object({ codes: z.array(z.string()) }).meta({ id: 'RecoveryCodes' });
export type RecoveryCodes = z.output<typeof RecoveryCodes>;
