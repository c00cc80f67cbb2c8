import { z } from 'zod';
import { DISPLAY_NAME_MAX, PASSWORD_MAX, PASSWORD_MIN, USERNAME_PATTERN } from './limits.js';

/** 3 to 30 of a-z, 0-9, `-`, `_`; upper case is converted to lower case. */
export const Username = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    USERNAME_PATTERN,
    '3 to 30 letters (a-z), digits, "-" or "_", a letter or digit at both ends',
  );

/** A new password. Common passwords are also refused, with the same `bad_request`. */
export const NewPassword = z
  .string()
  .min(PASSWORD_MIN, `at least ${PASSWORD_MIN} characters`)
  .max(PASSWORD_MAX, `at most ${PASSWORD_MAX} characters`);

/** An existing password: the rules for new ones do not apply. */
export const TypedPassword = z.string().min(1, 'type your password').max(PASSWORD_MAX);

/** Six digits from an authenticator app, or a recovery code. */
export const SecondFactorCode = z.string().trim().min(1, 'type the code').max(40);

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

/** Log-in accepts any input: the rules for new names and passwords do not apply. */
export const LoginRequest = z
  .strictObject({
    username: z.string().trim().toLowerCase().min(1, 'type your username').max(100),
    password: TypedPassword,
    /**
     * The second factor's code, after the first attempt was answered with `second_factor_required`.
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
    /** The public name; the username unless changed. */
    displayName: z.string(),
    /** The picture's path, whose content never changes; null: none. */
    avatar: z.string().nullable(),
    isAdmin: z.boolean(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Account' });
export type AccountView = z.output<typeof AccountView>;

/**
 * No control characters, direction overrides or invisible characters: names are shown to others.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;

export const ProfileChange = z
  .strictObject({
    /** Empty: the username. */
    displayName: z
      .string()
      .trim()
      .max(DISPLAY_NAME_MAX, `at most ${DISPLAY_NAME_MAX} characters`)
      .refine((text) => !UNSEEN.test(text), 'only characters that can be seen'),
  })
  .meta({ id: 'ProfileChange' });
export type ProfileChange = z.output<typeof ProfileChange>;

/** What ends beside the log-ins, unless it is said otherwise. */
const ENDS = {
  /** All API tokens of the account. */
  endTokens: z.boolean().default(true),
  /** The stream keys of all its channels: programs can't publish until new ones are made. */
  removeStreamKeys: z.boolean().default(true),
};

/**
 * `current` can be omitted by accounts that only log in through a provider and have just done so.
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

/** Logging out everywhere else. */
export const SessionsEnd = z.preprocess(
  (body) => body ?? {},
  z.strictObject(ENDS).meta({ id: 'SessionsEnd' }),
);
export type SessionsEnd = z.output<typeof SessionsEnd>;

/** What shows that it is the account's owner who asks. Each is left out as in PasswordChange. */
export const PROOF = {
  password: TypedPassword.optional(),
  /** Of the second factor, or a recovery code. */
  code: SecondFactorCode.optional(),
};

/** Proves the user's identity before something irreversible. Optional as in PasswordChange. */
export const OwnerProof = z.strictObject(PROOF).meta({ id: 'OwnerProof' });
export type OwnerProof = z.output<typeof OwnerProof>;

/** The ways to log in. */
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

/** Where to continue after the provider, and with which invitation. */
export const ProviderQuery = z.object({
  next: z.string().max(500).optional(),
  invitation: InvitationCode.optional(),
});
export type ProviderQuery = z.output<typeof ProviderQuery>;

export const ProviderRedirect = z.object({ url: z.url() }).meta({ id: 'ProviderRedirect' });
export type ProviderRedirect = z.output<typeof ProviderRedirect>;

/** What the log-in page needs. */
export const LoginOptions = z
  .object({
    registration: z.enum(['open', 'invitation', 'closed']),
    /** The OpenID provider's name; null if none is configured. */
    provider: z.string().nullable(),
  })
  .meta({ id: 'LoginOptions' });
export type LoginOptions = z.output<typeof LoginOptions>;
