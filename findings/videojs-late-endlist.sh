#!/usr/bin/env bash
# video.js 8.24 (VHS) never fires "ended" when EXT-X-ENDLIST arrives in a reload after the last segment was appended,
# as in a live stream whose encoder stops between two segments (RFC 8216 6.3.4). hls.js 1.7 fires it.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv py
py/bin/pip install --quiet --only-binary=:all: imageio-ffmpeg==0.8.1
ffmpeg=$(ls py/lib/python3*/site-packages/imageio_ffmpeg/binaries/ffmpeg-*)
npm init -y >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts video.js@8.24.1 hls.js@1.7.4 playwright-core@1.65.1
browser=${CHROMIUM_BIN:-$(command -v chromium)}
"$browser" --version

"$ffmpeg" -v error -f lavfi -i testsrc2=size=320x180:rate=10 -t 8 -c:v libx264 -preset ultrafast -pix_fmt yuv420p \
  -bf 0 -g 20 -f hls -hls_time 2 -hls_list_size 0 -hls_segment_type fmp4 -hls_segment_filename 'seg%d.m4s' all.m3u8

cat > run.mjs <<'JS'
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

// Four segments from the start; the playlist gets its EXT-X-ENDLIST six seconds after the first request.
const full = await readFile('all.m3u8', 'utf8');
const live = full.replace('#EXT-X-ENDLIST\n', '').replace('#EXT-X-PLAYLIST-TYPE:VOD\n', '');
let firstMs = 0;
const files = { '/v.js': 'node_modules/video.js/dist/video.min.js', '/h.js': 'node_modules/hls.js/dist/hls.min.js' };
const page = (script, start) => `<!doctype html><video muted width=320 height=180></video><script src="${script}"></script><script>
const video = document.querySelector('video');
window.ended = false; video.addEventListener('ended', () => { window.ended = true; });
${start}</script>`;
const pages = {
  '/video': page('/v.js', `const p = videojs(video); p.on('ended', () => { window.ended = true; }); p.src({ src: '/live.m3u8', type: 'application/vnd.apple.mpegurl' }); p.ready(() => p.play());`),
  '/hls': page('/h.js', `const h = new Hls(); h.loadSource('/live.m3u8'); h.attachMedia(video); video.play();`),
};
const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  response.setHeader('cache-control', 'no-cache');
  if (pages[pathname]) return response.setHeader('content-type', 'text/html').end(pages[pathname]);
  if (pathname === '/live.m3u8') {
    firstMs ||= Date.now();
    response.setHeader('content-type', 'application/vnd.apple.mpegurl');
    return response.end(Date.now() - firstMs < 6000 ? live : full);
  }
  try {
    response.end(await readFile(files[pathname] ?? `.${pathname}`));
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((ready) => { server.listen(0, '127.0.0.1', ready); });
const { port } = server.address();
const browser = await chromium.launch({ executablePath: process.argv[2], args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'] });
const seen = {};
for (const path of ['/hls', '/video']) {
  firstMs = 0;
  const tab = await browser.newPage();
  await tab.goto(`http://127.0.0.1:${port}${path}`);
  await tab.waitForFunction('document.querySelector("video").currentTime > 1', undefined, { timeout: 60_000 });
  const ended = await tab.waitForFunction('window.ended', undefined, { timeout: 40_000 }).then(() => true, () => false);
  const at = await tab.evaluate('document.querySelector("video").currentTime');
  seen[path] = ended;
  console.log(`${path}: ended ${ended}, at ${at.toFixed(1)} s of 8`);
  await tab.close();
}
await browser.close();
server.close();
if (!seen['/hls'] || seen['/video']) { console.log('CHANGED'); process.exit(1); }
console.log('Unchanged: hls.js ends, video.js does not.');
JS
node run.mjs "$browser"
