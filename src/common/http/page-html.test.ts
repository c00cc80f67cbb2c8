import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Boot } from '../../protocol/boot.js';
import { escapeHtml, plainPage, renderPage } from './page-html.js';

const TEMPLATE = '<html><head>\n  <title>old</title>\n  </head><body></body></html>';
const boot: Boot = {
  sharing: null,
  account: null,
  channel: null,
  locked: null,
  rtpCapabilities: null,
  chatGuests: true,
  rewindMs: 1_800_000,
  graceMs: 60_000,
  basePath: '',
};
const channel = {
  name: 'tea',
  owner: 'ann',
  visibility: 'public' as const,
  createdAt: '2026-01-01T00:00:00.000Z',
  broadcast: null,
  viewers: 0,
  thumbnail: null,
  lastLiveAt: null,
};

describe('renderPage', () => {
  it('escapes titles in elements and attributes, and preserves the boot data', () => {
    const nasty = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '</script>',
        '<!--<script>',
        '$&$`$1',
        '"><img src=x>',
        '\u2028]]>',
        '</title>',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(nasty).map((parts) => parts.join('')),
        (title) => {
          const info = {
            title,
            description: title,
            url: 'https://live.example.org/',
            image: title,
            listed: false,
          };
          const html = renderPage(TEMPLATE, info, { ...boot, channel: { ...channel, title } });
          expect(html.match(/<(?!\/?(?:html|head|title|meta|script|body)\b)/g)).toBeNull();
          expect(html.match(/<\/script>/g)).toHaveLength(1);
          const [, json = ''] = /id="boot">(.*?)<\/script>/s.exec(html) ?? [];
          expect(JSON.parse(json)).toEqual({ ...boot, channel: { ...channel, title } });
        },
      ),
    );
  });

  it('replaces the template’s title', () => {
    const info = { title: 'new', description: 'd', url: 'u', image: null, listed: true };
    expect(renderPage(TEMPLATE, info, boot)).toContain('<title>new</title>');
    expect(renderPage(TEMPLATE, info, boot)).not.toContain('old');
  });

  it('puts the boot data before the template’s first script, which reads it', () => {
    const info = { title: 'new', description: 'd', url: 'u', image: null, listed: true };
    const template = TEMPLATE.replace('<head>', '<head><script>read(boot)</script>');
    expect(renderPage(template, info, boot)).toMatch(/id="boot">.*<script>read/s);
  });

  it('contains a large preview if there is an image', () => {
    const info = { title: 'new', description: 'd', url: 'u', image: null, listed: true };
    const without = renderPage(TEMPLATE, info, boot);
    expect(without).toContain('<meta name="twitter:card" content="summary" />');
    expect(without).not.toContain('og:image');
    const html = renderPage(TEMPLATE, { ...info, image: 'https://a.example/b.jpg' }, boot);
    expect(html).toContain('<meta name="twitter:card" content="summary_large_image" />');
    expect(html).toContain('<meta property="og:image" content="https://a.example/b.jpg" />');
  });
});

describe('plainPage', () => {
  it('escapes the sentence', () => {
    expect(plainPage('Oops', 'a <b> & "c"').html).toContain(
      '<p>a &lt;b&gt; &amp; &quot;c&quot;</p>',
    );
  });
});

describe('escapeHtml', () => {
  it('does not change plain text', () => {
    expect(escapeHtml('Tea, talk — und Äpfel')).toBe('Tea, talk — und Äpfel');
  });
});
