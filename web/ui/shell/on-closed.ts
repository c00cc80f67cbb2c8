import type { Connection } from '../../client/connection.js';

/**
 * Reloads the page when the user loses access to its channel; the server then decides what to show.
 */
export function onClosed(connection: Connection, name: string): void {
  connection.on('channel:closed', ({ channel }) => {
    if (channel === name) location.reload();
  });
  // This happens if access changed while the connection was down.
  connection.onRefused(({ code }) => {
    if (code === 'password_required') location.reload();
  });
}
