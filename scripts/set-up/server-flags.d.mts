// For the tests and benchmarks, which start the server like `npm start`.
export declare const SERVER_FLAGS: readonly string[];
export declare function allocatorSettings(
  exists?: (path: string) => boolean,
): Record<string, string>;
