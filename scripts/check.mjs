// `npm run check [-- --skip NAME …]`: runs all source checks that are quick and need no service.
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { formatDuration } from './set-up/progress.mjs';
import { tryRun } from './set-up/run.mjs';
import { runMain, SetUpError } from './set-up/set-up-error.mjs';
import { setUp } from './set-up/steps.mjs';

/** The checks, longest first, so that the last one doesn't run alone for long. */
const CHECKS = [
  { name: 'unit tests', command: 'vitest run --project unit --reporter=dot' },
  { name: 'lint', command: 'oxlint --type-aware --deny-warnings' },
  {
    name: 'migrations match the schema',
    command:
      'prisma migrate diff --from-migrations prisma/migrations --to-schema prisma/schema.prisma --exit-code',
  },
  { name: 'dead code', command: 'knip' },
  { name: 'import boundaries', command: 'depcruise --config .dependency-cruiser.cjs src web' },
  { name: 'types of the server', command: 'tsc -p tsconfig.json' },
  { name: 'types of the web client', command: 'tsc -p web/tsconfig.json' },
  { name: 'types of the scripts', command: 'tsc -p scripts/tsconfig.json' },
  { name: 'format', command: 'oxfmt --check' },
];

/**
 * @param {{ name: string, command: string }} check
 * @returns {Promise<boolean>} whether it passed
 */
async function runCheck({ name, command }) {
  const startedAt = performance.now();
  const [program = '', ...args] = command.split(' ');
  const { code, output } = await tryRun(program, args);
  const took = formatDuration(performance.now() - startedAt);
  if (code === 0) console.log(`ok      ${name} (${took})`);
  else console.log(`FAILED  ${name} (${took}): ${command}\n\n${output.trimEnd()}\n`);
  return code === 0;
}

/** @returns the checks that the command line doesn't skip */
function chosenChecks() {
  const { values } = parseArgs({ options: { skip: { type: 'string', multiple: true } } });
  const skipped = new Set(values.skip);
  const unknown = [...skipped].find((name) => !CHECKS.some((check) => check.name === name));
  if (unknown !== undefined)
    throw new SetUpError(`There is no check named “${unknown}”.`, {
      advice: `The checks are: ${CHECKS.map(({ name }) => name).join(', ')}`,
    });
  return CHECKS.filter(({ name }) => !skipped.has(name));
}

await runMain(async () => {
  const checks = chosenChecks();
  await setUp({ purpose: 'check' });
  const startedAt = performance.now();
  const waiting = [...checks];
  /** @type {string[]} */
  const failed = [];
  const lane = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      if (!(await runCheck(check))) failed.push(check.name);
    }
  };
  // availableParallelism exists since Node 18.14.
  const lanes = Math.min(2, availableParallelism?.() ?? cpus().length);
  await Promise.all(Array.from({ length: lanes }, lane));
  const took = formatDuration(performance.now() - startedAt);
  if (failed.length === 0) console.log(`All ${checks.length} checks passed in ${took}`);
  else console.log(`${failed.length} of ${checks.length} checks failed: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
});
