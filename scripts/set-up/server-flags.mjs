/**
 * Node's flags for the server. They limit the young generation, which would otherwise grow by 20 MB
 * during startup alone (docs/adr/0002).
 */
export const SERVER_FLAGS = ['--enable-source-maps', '--max-semi-space-size=4'];
