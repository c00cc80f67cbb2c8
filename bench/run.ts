// `npm run bench` runs this file directly, since Node strips the types.
import '../scripts/resolve-typescript.mjs';

const { main } = await import('./main.js');
process.exitCode = await main(process.argv.slice(2));
