/**
 * The time for which a ban also applies to guests on other devices at the same address. It is
 * limited because addresses are reassigned.
 */
export const ADDRESS_BAN_MS = 24 * 3_600_000;
