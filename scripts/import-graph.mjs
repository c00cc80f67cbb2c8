// `node scripts/import-graph.mjs`: prints the size and shape of the import graph of src and web,
// without tests.
import { execFileSync } from 'node:child_process';
import architecture from '../architecture.cjs';
import { binDir, root } from './set-up/paths.mjs';
import { toolEnv } from './set-up/run.mjs';

/** @typedef {ReadonlyMap<string, ReadonlySet<string>>} Graph a node -> the nodes that it imports */

const floors = architecture.folders.map(({ folder }) => folder);

/** Returns the files that each file imports, including for types only. @returns {Graph} */
function fileGraph() {
  const output = execFileSync(
    `${binDir}/depcruise`,
    [
      '--config=.dependency-cruiser.cjs',
      '--output-type=json',
      '--include-only=^(src|web)/',
      String.raw`--exclude=\.test\.tsx?$|^src/generated/`,
      'src',
      'web',
    ],
    { cwd: root, env: toolEnv(), maxBuffer: 2 ** 28, encoding: 'utf8' },
  );
  /** @type {{ source: string, dependencies: { resolved: string }[] }[]} */
  const modules = JSON.parse(output).modules;
  return new Map(
    modules.map(({ source, dependencies }) => [
      source,
      new Set(dependencies.map(({ resolved }) => resolved)),
    ]),
  );
}

/**
 * Merges the nodes of a graph; imports within a merged node are dropped.
 * @param {Graph} graph
 * @param {(node: string) => string | null} nameOf null to leave a node out
 * @returns {Graph}
 */
function merged(graph, nameOf) {
  /** @type {Map<string, Set<string>>} */
  const result = new Map();
  for (const [node, targets] of graph) {
    const from = nameOf(node);
    if (from === null) continue;
    const known = result.get(from) ?? new Set();
    result.set(from, known);
    for (const to of [...targets].map(nameOf)) if (to !== null && to !== from) known.add(to);
  }
  return result;
}

/** Returns the longest path, and the number of imports that close a cycle. @param {Graph} graph */
function longestChain(graph) {
  /** @type {Map<string, string[]>} */
  const done = new Map();
  const open = new Set();
  let circles = 0;
  /** @param {string} node @returns {string[]} */
  const from = (node) => {
    const known = done.get(node);
    if (known) return known;
    if (open.has(node)) {
      circles += 1;
      return [];
    }
    open.add(node);
    /** @type {string[]} */
    let longest = [];
    for (const next of graph.get(node) ?? []) {
      const chain = from(next);
      if (chain.length > longest.length) longest = chain;
    }
    open.delete(node);
    done.set(node, [node, ...longest]);
    return [node, ...longest];
  };
  const chains = [...graph.keys()].map((node) => from(node));
  const chain = chains.reduce((a, b) => (b.length > a.length ? b : a), []);
  return { chain, circles };
}

/** @param {Graph} graph */
const arrowsOf = (graph) => [...graph.values()].reduce((sum, { size }) => sum + size, 0);

const files = fileGraph();
const topFolderOf = (/** @type {string} */ file) =>
  floors.find((folder) => file.startsWith(`${folder}/`)) ?? null;
const folders = merged(files, topFolderOf);
const upward = [...folders].flatMap(([from, targets]) =>
  [...targets]
    .filter((to) => floors.indexOf(to) > floors.indexOf(from))
    .map((to) => `${from} -> ${to}`),
);
const between = {
  files: { graph: files, ...longestChain(files) },
  folders: { graph: folders, ...longestChain(folders) },
};
for (const [what, { graph, chain, circles }] of Object.entries(between))
  console.log(
    `${what}: ${graph.size}, ${arrowsOf(graph)} imports, ${circles} cycles, longest chain ${chain.length}`,
  );
console.log(
  `upward imports between folders: ${upward.length}${upward.map((arrow) => `\n  ${arrow}`).join('')}`,
);
console.log(`longest chain of folders: ${between.folders.chain.join(' > ')}`);
