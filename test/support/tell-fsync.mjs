// Preloaded (`node --import`) in each of a program's threads: prints every fsync to standard
// output.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { fsyncSync } = fs;
fs.fsyncSync = (file) => {
  fsyncSync(file);
  fs.writeSync(1, 'fsync\n');
};
syncBuiltinESMExports();
