/** The variables that a program needs to start. None of them is a setting of this server. */
const PASSED_ON = [
  'PATH',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'LANG',
  'LC_ALL',
  'SYSTEMROOT',
] as const;

/**
 * Returns an environment for programs that process untrusted input. It contains no keys, passwords
 * or addresses.
 */
export function childEnvironment(): Record<string, string> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
