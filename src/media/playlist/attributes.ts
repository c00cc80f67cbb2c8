/**
 * A value of an attribute list (RFC 8216bis 4.2). Strings are quoted; {@link Enumerated} values are
 * not.
 */
export type AttributeValue = string | number | Enumerated | Resolution;
type Enumerated = { readonly enumerated: string };
type Resolution = { readonly width: number; readonly height: number };

export const YES: Enumerated = { enumerated: 'YES' };

/**
 * Returns a tag with its attributes; null values are omitted. Strings are names and paths that the
 * server chose, so a character that a quoted string cannot contain (a quote or a line break) is an
 * error.
 */
export function tag(
  name: string,
  attributes: Readonly<Record<string, AttributeValue | null>>,
): string {
  const list = Object.entries(attributes)
    .filter((entry): entry is [string, AttributeValue] => entry[1] !== null)
    .map(([key, value]) => `${key}=${textOf(value)}`);
  return `#${name}:${list.join(',')}\n`;
}

function textOf(value: AttributeValue): string {
  if (typeof value === 'number') return decimal(value);
  if (typeof value === 'object')
    return 'enumerated' in value ? value.enumerated : `${value.width}x${value.height}`;
  if (/["\r\n]/.test(value)) throw new Error('a quoted string can’t contain quotes or line breaks');
  return `"${value}"`;
}

/**
 * Formats a decimal-floating-point value with up to five decimal places, without trailing zeros.
 */
export function decimal(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(5).replace(/\.?0+$/, '');
}
