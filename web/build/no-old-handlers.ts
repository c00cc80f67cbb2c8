/**
 * Replaces mediasoup-client's handlers for browsers older than the build target (Chrome before 111,
 * React Native): 75 KB that every viewer's browser would parse before the first frame and never
 * run.
 */
const unsupported = {
  createFactory(): never {
    throw new Error('This browser is too old.');
  },
};

export { unsupported as Chrome74, unsupported as ReactNative106 };
