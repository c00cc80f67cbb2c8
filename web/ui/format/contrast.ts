/** An sRGB color in linear light, with components from 0 to 1. */
export interface Srgb {
  red: number;
  green: number;
  blue: number;
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

function linear(encoded: number): number {
  return encoded <= 0.040_45 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;
}

/** Parses `#rrggbb`. */
export function fromHex(hex: string): Srgb {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255),
  );
  return { red, green, blue };
}

/** Converts a color from CSS oklch() and clamps it to the sRGB gamut. */
export function fromOklch(lightness: number, chroma: number, hueDegrees: number): Srgb {
  const hue = (hueDegrees * Math.PI) / 180;
  const a = chroma * Math.cos(hue);
  const b = chroma * Math.sin(hue);
  // OKLab is converted to linear sRGB through the cone responses (CSS Color 4, section 10.9).
  const long = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b) ** 3;
  const medium = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b) ** 3;
  const short = (lightness - 0.089_484_177_5 * a - 1.291_485_548 * b) ** 3;
  return {
    red: clamp(4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short),
    green: clamp(-1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short),
    blue: clamp(-0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701 * short),
  };
}

/** Returns the relative luminance as defined by WCAG 2. */
function luminance({ red, green, blue }: Srgb): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Returns the contrast ratio as defined by WCAG 2, from 1 to 21. */
export function contrast(one: Srgb, other: Srgb): number {
  const [dark, light] = [luminance(one), luminance(other)].toSorted((x, y) => x - y);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}
