#!/usr/bin/env bash
# In Chromium 156, if a canvas in a worker uses a font string before its FontFace is loaded, the string keeps the
# fallback font after the FontFace has loaded, even on new canvases. A different string with the same family gets the
# loaded font. On a page, even the same string gets it.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts @fontsource-variable/inter@5.3.0 playwright-core@1.65.1
browser=${CHROMIUM_BIN:-$(command -v chromium)}
"$browser" --version

cat > run.mjs <<'JS'
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const look = `
async function look() {
  const SAME = '600 26px "Inter Later", sans-serif';
  const width = (font) => {
    const context = new OffscreenCanvas(10, 10).getContext('2d');
    context.font = font;
    return Math.round(context.measureText('MWMWMWMWMW').width);
  };
  const before = width(SAME);
  const face = new FontFace('Inter Later', 'url(/inter.woff2)', { weight: '100 900' });
  (globalThis.document?.fonts ?? globalThis.fonts).add(await face.load());
  // The other string differs in the generic family only.
  return { before, same: width(SAME), other: width('600 26px "Inter Later", serif') };
}`;
const files = {
  '/': ['text/html', '<!doctype html><title>fonts</title>'],
  '/worker.js': ['text/javascript', `${look}\nlook().then((seen) => postMessage(seen));`],
  '/inter.woff2': ['font/woff2', await readFile('node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2')],
};
const server = createServer((request, response) => {
  const [type, body] = files[new URL(request.url, 'http://localhost').pathname] ?? ['text/plain', ''];
  response.setHeader('content-type', type).end(body);
});
await new Promise((ready) => { server.listen(0, '127.0.0.1', ready); });
const { port } = server.address();
const browser = await chromium.launch({ executablePath: process.argv[2], args: ['--no-sandbox'] });
const tab = await browser.newPage();
await tab.goto(`http://127.0.0.1:${port}/`);
const page = await tab.evaluate(`(() => { ${look}; return look(); })()`);
const worker = await tab.evaluate(`new Promise((resolve) => {
  new Worker('/worker.js').onmessage = ({ data }) => resolve(data);
})`);
console.log('page:  ', page);
console.log('worker:', worker);
await browser.close();
server.close();
const asBefore = page.same === page.other && page.same !== page.before
  && worker.same === worker.before && worker.other === page.other;
if (!asBefore) { console.log('CHANGED'); process.exit(1); }
console.log('Unchanged: the same font string keeps its fallback in the worker only.');
JS
node run.mjs "$browser"
