import { expect, test } from 'vitest';
import { withoutMainCluster } from './postgres-programs.mjs';

test.each(['#create_main_cluster = true\nport = 1\n', 'create_main_cluster = true\nport = 1'])(
  'withoutMainCluster turns off the creation of a cluster in %j',
  (settings) => {
    const lines = withoutMainCluster(settings).split('\n');
    const inForce = lines.filter((line) => /^\s*create_main_cluster/.test(line));
    expect(inForce).toEqual(['create_main_cluster = false']);
    expect(lines).toContain('port = 1');
  },
);
