/**
 * The variables that a program needs to be found and to run, and none of this service's settings.
 */
const PASSED_ON = [
  'PATH',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'LANG',
  'LC_ALL',
  'SYSTEMROOT',
] as const;

/**
 * The environment of a program that processes strangers' input: without keys, passwords and
 * addresses.
 */
export function childEnvironment(): Record<string, string> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
