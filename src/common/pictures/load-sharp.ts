import type { default as SharpLibrary } from 'sharp';

let loading: Promise<typeof SharpLibrary> | undefined;

/**
 * Loads the library on first use, because it consists of 20 MB of native code. Only decoders of
 * common formats are allowed. They are set only once, because no picture can be decoded while they
 * are changed.
 */
export function loadSharp(): Promise<typeof SharpLibrary> {
  loading ??= load();
  return loading;
}

async function load(): Promise<typeof SharpLibrary> {
  const { default: sharp } = await import('sharp');
  sharp.concurrency(1);
  sharp.cache(false);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: [
      'VipsForeignLoadJpegBuffer',
      'VipsForeignLoadPngBuffer',
      'VipsForeignLoadWebpBuffer',
      'VipsForeignLoadNsgifBuffer',
    ],
  });
  return sharp;
}
