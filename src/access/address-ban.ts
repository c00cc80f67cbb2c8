/** How long another device of a banned guest's address is banned as well: addresses change hands. */
export const ADDRESS_BAN_MS = 24 * 3_600_000;
