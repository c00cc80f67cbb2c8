import latinExtended from '@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2?url';
import latin from '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url';
import type { ProgrammeFont } from './programme-message.js';

/** The files of the page's font, with absolute URLs, because a worker has a different base URL. */
export const fontFiles: readonly ProgrammeFont[] = [
  {
    url: new URL(latin, location.href).href,
    unicodeRange: 'U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+2000-206F, U+20AC, U+2122',
  },
  {
    url: new URL(latinExtended, location.href).href,
    unicodeRange: 'U+0100-0130, U+0132-0151, U+0154-02BA, U+1E00-1E9F, U+1EF2-1EFF, U+20A0-20AB',
  },
];
