import { expect, it } from 'vitest';
import { filesBeforeStart, type Manifest } from './budget.js';

const manifest: Manifest = {
  'watch.html': { file: 'watch.js', imports: ['_player.js', '_page.js'] },
  '_player.js': { file: 'player.js', imports: ['_page.js'] },
  '_page.js': { file: 'page.js', imports: ['_player.js'] },
  'ui/chat.tsx': { file: 'chat.js', imports: ['_page.js'] },
  'font.woff2': { file: 'font.woff2' },
};

it('counts an entry and each of its static imports once, and nothing that is loaded later', () => {
  expect(filesBeforeStart(manifest, 'watch.html')).toEqual(['page.js', 'player.js', 'watch.js']);
});

it('fails for a page that was not built', () => {
  expect(() => filesBeforeStart(manifest, 'embed.html')).toThrow('the manifest has no embed.html');
});
