import type { Connection } from '../../client/connection.js';

/**
 * Reloads when the user loses access to the page's channel; the server then decides what to show.
 */
export function onClosed(connection: Connection, name: string): void {
  connection.on('channel:closed', ({ channel }) => {
    if (channel === name) location.reload();
  });
  // Access changed while the connection was down.
  connection.onRefused(({ code }) => {
    if (code === 'password_required') location.reload();
  });
}
