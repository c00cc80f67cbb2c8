import { describe, expect, it } from 'vitest';
import { formatTable, merged, notInstalled, readTable, type Row } from './row.js';

const client = 'OBS Studio';
const scenario = 'WHIP, one layer';
const measured: Row = { client, version: '32.2.2', scenario, seen: 'live after 1.5 s' };
const missing = notInstalled({ client, scenario }, 'no plugin');
const missingEverywhere = notInstalled({ client }, 'no package');

describe('the rows of the matrix', () => {
  it('are read as they were written, including bars in cells', () => {
    const rows = [measured, { ...missing, seen: 'source | sink' }];
    expect(readTable(formatTable(rows))).toEqual(rows);
  });

  it('are replaced by newer results for the same client and scenario', () => {
    const newer = { ...measured, seen: 'live after 1.2 s' };
    expect(merged([measured], [newer])).toEqual([newer]);
    expect(merged([measured], [{ ...newer, scenario: 'other' }])).toHaveLength(2);
  });

  it.each([
    ['in one scenario', missing],
    ['in all scenarios', missingEverywhere],
  ])('are not replaced on a machine where the client is missing %s', (_, row) => {
    expect(merged(readTable(formatTable([measured])), [row])).toEqual([measured]);
  });

  it.each([
    ['in one scenario', missing],
    ['in all scenarios', missingEverywhere],
  ])('say that a client is missing %s only until there is a result', (_, row) => {
    expect(merged([], [row])).toEqual([row]);
    expect(merged(readTable(formatTable([row])), [measured])).toEqual([measured]);
  });

  it('say that a client is missing in the scenarios without a result', () => {
    const other = notInstalled({ client, scenario: 'WHIP, three layers' }, 'no plugin');
    expect(merged([measured], [other])).toEqual([measured, other]);
  });
});
