/** The flags that Node runs the server with. */
export const SERVER_FLAGS = ['--enable-source-maps'];
