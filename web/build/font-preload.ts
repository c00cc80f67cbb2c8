import type { Plugin } from 'vite';

/** Preloads the one font file that every page's first words need. */
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
