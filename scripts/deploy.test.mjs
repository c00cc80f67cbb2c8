import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './set-up/paths.mjs';
import { allocatorSettings, SERVER_FLAGS } from './set-up/server-flags.mjs';

const read = (/** @type {string} */ path) => readFileSync(join(root, path), 'utf8');

const settings = new Set(
  [...read('.env.example').matchAll(/^([A-Z\d_]+)=/gm)].map(([, name]) => name),
);

describe('the files in deploy/', () => {
  it('start the server with the flags of npm start', () => {
    const [, command = '[]'] = /^CMD (\[.+\])$/m.exec(read('deploy/Dockerfile')) ?? [];
    expect(JSON.parse(command)).toEqual(['node', ...SERVER_FLAGS, 'dist/bundle/main.js']);
    const { MALLOC_CONF } = allocatorSettings(() => true);
    expect(read('deploy/Dockerfile')).toContain(`MALLOC_CONF=${MALLOC_CONF}\n`);
  });

  it.each(['deploy/compose.yaml', 'deploy/compose.cluster.yaml'])(
    'name only settings that exist: %s',
    (path) => {
      // Settings of other programs in the same files.
      const others = /^(POSTGRES_|ROOT_|NODE\d$|LISTEN$)/;
      const named = [...read(path).matchAll(/[ {]([A-Z][A-Z\d]*(?:_[A-Z\d]+)*): /g)].map(
        ([, name = '']) => name,
      );
      expect(named.length).toBeGreaterThan(3);
      expect(named.filter((name) => !settings.has(name) && !others.test(name))).toEqual([]);
    },
  );

  it('name only settings that exist: deploy/kubernetes/onair.yaml', () => {
    const text = read('deploy/kubernetes/onair.yaml');
    const named = [...text.matchAll(/^ {2}([A-Z\d_]+): |- name: ([A-Z\d_]+)$/gm)].map(
      ([, one, other]) => one ?? other ?? '',
    );
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !settings.has(name) && !text.includes(`$(${name})`))).toEqual([]);
  });

  it('let Kubernetes wait for the drain', () => {
    const text = read('deploy/kubernetes/onair.yaml');
    const number = (/** @type {RegExp} */ pattern) => Number(pattern.exec(text)?.[1]);
    const drainS = number(/DRAIN_SECONDS: '(\d+)'/);
    expect(number(/terminationGracePeriodSeconds: (\d+)/)).toBeGreaterThan(drainS + 10);
  });

  it('use variables that example.env explains', () => {
    const explained = new Set(
      [...read('deploy/example.env').matchAll(/^([A-Z\d_]+)=/gm)].map(([, name]) => name),
    );
    const used = ['deploy/compose.yaml', 'deploy/compose.cluster.yaml'].flatMap((path) =>
      [...read(path).matchAll(/\$\{([A-Z\d_]+)/g)].map(([, name]) => name),
    );
    expect([...new Set(used)].filter((name) => !explained.has(name))).toEqual([]);
  });

  it('show only metrics that exist', () => {
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('-metrics.ts'))
      .map((path) => read(join('src', path)))
      .join();
    const shown = [...read('deploy/monitoring/onair.json').matchAll(/onair_[a-z_]+/g)];
    expect(shown.length).toBeGreaterThan(5);
    expect(shown.map(([name]) => name).filter((name) => !sources.includes(`'${name}'`))).toEqual(
      [],
    );
  });
});
