/**
 * The flags that Node runs the server with. A small young generation: the default lets the start alone grow it
 * by 20 MB (docs/adr/0002).
 */
export const SERVER_FLAGS = ['--enable-source-maps', '--max-semi-space-size=4'];
