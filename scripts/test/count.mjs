/**
 * @typedef {object} TestCount
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

/**
 * Counts the tests of a run.
 * @param {any} report the output of vitest's JSON reporter; null if there is none
 * @param {number} exitCode vitest's exit code
 * @returns {TestCount} A file that fails before its first test counts as one failed test, as does a
 * run that fails without a failed test (an unhandled rejection, a crash).
 */
export function countTests(report, exitCode) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report?.testResults ?? []) {
    const failedBefore = count.failed;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') count.passed += 1;
      else if (test.status === 'failed') count.failed += 1;
      else count.skipped += 1;
    }
    if (file.status === 'failed' && count.failed === failedBefore) count.failed += 1;
  }
  if (exitCode !== 0 && count.failed === 0 && count.passed > 0) count.failed = 1;
  return count;
}

/**
 * Lists the files with a failed test, or that failed before their first test.
 * @param {any} report the output of vitest's JSON reporter; null if there is none
 * @returns {string[]}
 */
export function failedFiles(report) {
  /** @type {{ name: string, status: string }[]} */
  const files = report?.testResults ?? [];
  return files.filter(({ status }) => status === 'failed').map(({ name }) => name);
}

/**
 * Replaces the results of files that were run once more.
 * @param {any} report
 * @param {any} repeated the report of the second run; null if there is none
 */
export function withRepeated(report, repeated) {
  /** @type {{ name: string }[]} */
  const again = repeated?.testResults ?? [];
  const names = new Set(again.map(({ name }) => name));
  const others = report.testResults.filter((/** @type {{ name: string }} */ { name }) => {
    return !names.has(name);
  });
  return { testResults: [...others, ...again] };
}

/**
 * Formats the last line of a run. Programs read it, so its format is fixed.
 * @param {TestCount} count
 */
export function formatCount({ passed, failed, skipped }) {
  const line = `${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}
