// `node scripts/configuration.mjs`: writes docs/configuration.md from .env.example.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './set-up/paths.mjs';

const INTRO = `# Configuration

[Back to the README](../README.md)

Settings are environment variables, or lines in a \`.env\` file next to \`package.json\`; environment variables take precedence. If a setting is invalid, the server lists every error and doesn't start. This page is generated from [\`.env.example\`](../.env.example).
`;
const OUTRO = `
## HTTP API

\`GET /api/openapi.json\` describes the HTTP API. Requests authenticate with a session cookie or with \`Authorization: Bearer TOKEN\`. API tokens are created on the account page, and each is limited to the scopes chosen there. [PROTOCOL.md](../PROTOCOL.md) describes the socket events, WHIP and WHEP.

## Health and metrics

| path | answer |
| --- | --- |
| \`GET /healthz\` | 200 while the process is alive |
| \`GET /readyz\` | 200 while it can serve; otherwise 503 with the reasons. A draining node also answers 503, or 404 to \`/readyz?draining=404\` |
| \`GET /metrics\` | Prometheus metrics; block this path at the proxy |
`;

/**
 * @param {string} text .env.example
 * @returns {string} the page, in Markdown
 */
export function configurationPage(text) {
  const lines = [INTRO];
  /** @type {string[]} */
  let comment = [];
  for (const line of text.split('\n').slice(1)) {
    const [, section] = /^# --- (.+) ---$/.exec(line) ?? [];
    const [, name, value] = /^([A-Z\d_]+)=(.*)$/.exec(line) ?? [];
    if (section)
      lines.push(`\n## ${section}\n`, '| setting | default | meaning |', '| --- | --- | --- |');
    else if (line.startsWith('# ')) comment.push(line.slice(2));
    else if (name) {
      lines.push(`| \`${name}\` | ${value ? `\`${value}\`` : ''} | ${comment.join(' ')} |`);
      comment = [];
    }
  }
  return `${lines.join('\n')}\n${OUTRO}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const example = readFileSync(join(root, '.env.example'), 'utf8');
  writeFileSync(join(root, 'docs/configuration.md'), configurationPage(example));
}
