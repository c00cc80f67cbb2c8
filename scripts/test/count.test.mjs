import { describe, expect, test } from 'vitest';
import { countTests, failedFiles, formatCount, withRepeated } from './count.mjs';

const file = (status, ...statuses) => ({
  status,
  assertionResults: statuses.map((one) => ({ status: one })),
});

test('tests are counted over all files', () => {
  const testResults = [
    file('passed', 'passed', 'passed', 'skipped', 'todo'),
    file('failed', 'passed', 'failed'),
  ];
  expect(countTests({ testResults }, 1)).toEqual({ passed: 3, failed: 1, skipped: 2 });
});

test('a file that fails before its first test counts as one failed test', () => {
  const testResults = [file('passed', 'passed'), file('failed')];
  expect(countTests({ testResults }, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

test('a run that fails without a failed test counts as one failed test', () => {
  const testResults = [file('passed', 'passed')];
  expect(countTests({ testResults }, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

test('a run without a report ran no test', () => {
  expect(countTests(null, 1)).toEqual({ passed: 0, failed: 0, skipped: 0 });
});

describe('files that are run once more', () => {
  const first = {
    testResults: [
      { name: 'a', ...file('passed', 'passed') },
      { name: 'b', ...file('failed', 'passed', 'failed') },
      { name: 'c', ...file('failed') },
    ],
  };

  test('are those that failed', () => {
    expect(failedFiles(first)).toEqual(['b', 'c']);
    expect(failedFiles(null)).toEqual([]);
  });

  test('count with their second results', () => {
    const second = {
      testResults: [
        { name: 'b', ...file('passed', 'passed', 'passed') },
        { name: 'c', ...file('failed', 'failed') },
      ],
    };
    const count = countTests(withRepeated(first, second), 1);
    expect(count).toEqual({ passed: 3, failed: 1, skipped: 0 });
  });

  test('count as failed if the second run did not report', () => {
    const count = countTests(withRepeated(first, null), 1);
    expect(count).toEqual({ passed: 2, failed: 2, skipped: 0 });
  });
});

test('the last line mentions skipped tests only if there are any', () => {
  expect(formatCount({ passed: 5, failed: 0, skipped: 0 })).toBe('5 passed, 0 failed');
  expect(formatCount({ passed: 5, failed: 1, skipped: 2 })).toBe('5 passed, 1 failed, 2 skipped');
});
