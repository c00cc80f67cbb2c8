/**
 * How long a guest's ban also covers other devices at the same address. Limited, because addresses
 * change hands.
 */
export const ADDRESS_BAN_MS = 24 * 3_600_000;
