/**
 * Replaces mediasoup-client's handlers for platforms that the build target excludes (Chrome before
 * 111, React Native). Otherwise, before the first frame, every viewer's browser would parse 75 KB
 * of code that it never runs.
 */
const unsupported = {
  createFactory(): never {
    throw new Error('This browser is too old.');
  },
};

export { unsupported as Chrome74, unsupported as ReactNative106 };
