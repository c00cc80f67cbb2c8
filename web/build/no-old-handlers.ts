/**
 * Replaces mediasoup-client's handlers for platforms that the build target excludes (Chrome before
 * 111, React Native). Every viewer's browser would otherwise parse 75 KB before the first frame
 * that it never runs.
 */
const unsupported = {
  createFactory(): never {
    throw new Error('This browser is too old.');
  },
};

export { unsupported as Chrome74, unsupported as ReactNative106 };
