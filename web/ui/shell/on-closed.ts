import type { Connection } from '../../client/connection.js';

/** When the page's channel may not be watched any more, the server says what is to be seen in its place. */
export function onClosed(connection: Connection, name: string): void {
  connection.on('channel:closed', ({ channel }) => {
    if (channel === name) location.reload();
  });
  // It was changed while there was no connection.
  connection.onRefused(({ code }) => {
    if (code === 'password_required') location.reload();
  });
}
