import type { Plugin } from 'vite';

/** Preloads the font file that the first text of every page needs. */
export function fontPreloadPlugin(name: RegExp): Plugin {
  return {
    name: 'onair-font-preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle }) => {
        const file = Object.keys(bundle ?? {}).find((path) => name.test(path));
        if (file === undefined) throw new Error(`no font file matches ${name}`);
        const attrs = { rel: 'preload', as: 'font', type: 'font/woff2', href: `./${file}` };
        return [{ tag: 'link', attrs: { ...attrs, crossorigin: true }, injectTo: 'head' }];
      },
    },
  };
}
