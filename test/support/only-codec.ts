import { readFileSync } from 'node:fs';

const PAGE_SCRIPT = readFileSync(new URL('./pages/only-codec.js', import.meta.url), 'utf8');

/** Runs in a page before its own code: limits the browser to one video codec, such as video/VP9. */
export const onlyCodecScript = (mimeType: string): string =>
  `${PAGE_SCRIPT}\nonlyCodec(${JSON.stringify(mimeType)});`;
