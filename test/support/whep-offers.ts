import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const FOLDER = resolve('test/fixtures/whep-offers');

/** The names of all recorded player offers. */
export const PLAYERS: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.sdp'))
  .map((file) => file.slice(0, -'.sdp'.length));

/** Returns a player's offer, with the given ICE credentials if a test needs to know them. */
export function playerOffer(
  player: string,
  { ufrag, pwd }: { ufrag?: string; pwd?: string } = {},
): string {
  const sdp = readFileSync(resolve(FOLDER, `${player}.sdp`), 'utf8');
  return sdp
    .replaceAll(/^a=ice-ufrag:.*?(\r?)$/gm, (line, cr: string) =>
      ufrag === undefined ? line : `a=ice-ufrag:${ufrag}${cr}`,
    )
    .replaceAll(/^a=ice-pwd:.*?(\r?)$/gm, (line, cr: string) =>
      pwd === undefined ? line : `a=ice-pwd:${pwd}${cr}`,
    );
}
