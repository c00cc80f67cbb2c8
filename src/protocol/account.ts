import { z } from 'zod';
import { DISPLAY_NAME_MAX, PASSWORD_MAX, PASSWORD_MIN, USERNAME_PATTERN } from './limits.js';

/**
 * A username of 3 to 30 characters: a-z, 0-9, `-` and `_`. Uppercase letters are converted to
 * lowercase.
 */
export const Username = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    USERNAME_PATTERN,
    '3 to 30 letters (a-z), digits, "-" or "_", starting and ending with a letter or digit',
  );

/** A new password. Common passwords are rejected with `bad_request` as well. */
export const NewPassword = z
  .string()
  .min(PASSWORD_MIN, `at least ${PASSWORD_MIN} characters`)
  .max(PASSWORD_MAX, `at most ${PASSWORD_MAX} characters`);

/** An existing password, to which the rules for new ones don't apply. */
export const TypedPassword = z.string().min(1, 'enter your password').max(PASSWORD_MAX);

/** Six digits from an authenticator app, or a recovery code. */
export const SecondFactorCode = z.string().trim().min(1, 'enter the code').max(40);

const InvitationCode = z.string().trim().max(100);

export const RegisterRequest = z
  .strictObject({
    username: Username,
    password: NewPassword,
    /** Required while registration is by invitation. */
    invitation: InvitationCode.optional(),
  })
  .meta({ id: 'RegisterRequest' });
export type RegisterRequest = z.output<typeof RegisterRequest>;

/** A login, to which the rules for new names and passwords don't apply. */
export const LoginRequest = z
  .strictObject({
    username: z.string().trim().toLowerCase().min(1, 'enter your username').max(100),
    password: TypedPassword,
    /**
     * The authenticator or recovery code. It is required if the first attempt is answered with
     * `second_factor_required`.
     */
    code: SecondFactorCode.optional(),
  })
  .meta({ id: 'LoginRequest' });
export type LoginRequest = z.output<typeof LoginRequest>;

/** An account as its owner sees it. */
export const AccountView = z
  .object({
    id: z.uuid(),
    username: z.string(),
    /** The public name. It is the username until the owner changes it. */
    displayName: z.string(),
    /** The path of the avatar; its content never changes. Null if the account has no avatar. */
    avatar: z.string().nullable(),
    isAdmin: z.boolean(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Account' });
export type AccountView = z.output<typeof AccountView>;

/**
 * Control characters, direction overrides and invisible characters, which are rejected because
 * names are shown to others.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;

export const ProfileChange = z
  .strictObject({
    /** The new display name; empty to use the username. */
    displayName: z
      .string()
      .trim()
      .max(DISPLAY_NAME_MAX, `at most ${DISPLAY_NAME_MAX} characters`)
      .refine((text) => !UNSEEN.test(text), 'only visible characters'),
  })
  .meta({ id: 'ProfileChange' });
export type ProfileChange = z.output<typeof ProfileChange>;

/** The credentials to revoke together with the sessions, unless set to false. */
const ENDS = {
  /** All API tokens of the account. */
  endTokens: z.boolean().default(true),
  /**
   * The stream keys of all the account's channels. Encoders can't publish until new keys are
   * created.
   */
  removeStreamKeys: z.boolean().default(true),
};

/**
 * Changes the password. Users without a password can omit `current` if they logged in through the
 * provider within the last ten minutes.
 */
export const PasswordChange = z
  .strictObject({
    current: TypedPassword.optional(),
    code: SecondFactorCode.optional(),
    password: NewPassword,
    ...ENDS,
  })
  .meta({ id: 'PasswordChange' });
export type PasswordChange = z.output<typeof PasswordChange>;

/** Ends all other sessions of the account. */
export const SessionsEnd = z.preprocess(
  (body) => body ?? {},
  z.strictObject(ENDS).meta({ id: 'SessionsEnd' }),
);
export type SessionsEnd = z.output<typeof SessionsEnd>;

/**
 * Proof that the caller owns the account. Both fields are optional under the same conditions as in
 * PasswordChange.
 */
export const PROOF = {
  password: TypedPassword.optional(),
  /** An authenticator or recovery code. */
  code: SecondFactorCode.optional(),
};

/** Proves the user's identity before a sensitive action. */
export const OwnerProof = z.strictObject(PROOF).meta({ id: 'OwnerProof' });
export type OwnerProof = z.output<typeof OwnerProof>;

/** The ways in which the account's owner can log in. */
export const SecurityView = z
  .object({
    hasPassword: z.boolean(),
    secondFactor: z.boolean(),
    /** The number of unused recovery codes. */
    recoveryCodesLeft: z.number().int(),
    /** Whether the account is connected to the OpenID provider. */
    provider: z.boolean(),
  })
  .meta({ id: 'Security' });
export type SecurityView = z.output<typeof SecurityView>;

/** The page to return to after logging in at the provider, and the invitation for a new account. */
export const ProviderQuery = z.object({
  next: z.string().max(500).optional(),
  invitation: InvitationCode.optional(),
});
export type ProviderQuery = z.output<typeof ProviderQuery>;

export const ProviderRedirect = z.object({ url: z.url() }).meta({ id: 'ProviderRedirect' });
export type ProviderRedirect = z.output<typeof ProviderRedirect>;

/** The options that the login page offers. */
export const LoginOptions = z
  .object({
    registration: z.enum(['open', 'invitation', 'closed']),
    /** The OpenID provider's name; null if none is configured. */
    provider: z.string().nullable(),
  })
  .meta({ id: 'LoginOptions' });
export type LoginOptions = z.output<typeof LoginOptions>;
