import { readFileSync } from 'node:fs';

const PAGE_SCRIPT = readFileSync(new URL('./pages/only-codec.js', import.meta.url), 'utf8');

/** For a page, before its own code: its browser knows just this codec for video, such as video/VP9. */
export const onlyCodecScript = (mimeType: string): string =>
  `${PAGE_SCRIPT}\nonlyCodec(${JSON.stringify(mimeType)});`;
