import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { minifySync, type Plugin } from 'vite';

interface Script {
  /** The file, relative to the project's root. */
  file: string;
  /** The names of the pages; absent for all pages. */
  pages?: readonly string[];
}

/**
 * Inserts small scripts into the pages, so that they run before anything else is loaded. The server
 * allows them by their hashes.
 */
export function inlineScriptsPlugin(scripts: readonly Script[]): Plugin {
  let root = '';
  return {
    name: 'onair-inline-scripts',
    configResolved: (config) => {
      root = config.root;
    },
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { path }) =>
        scripts
          .filter(({ pages }) => pages?.includes(basename(path, '.html')) ?? true)
          .map(({ file }) => ({
            tag: 'script',
            children: minified(join(root, file)),
            injectTo: 'head-prepend' as const,
          })),
    },
  };
}

function minified(file: string): string {
  return minifySync(basename(file), readFileSync(file, 'utf8')).code;
}
