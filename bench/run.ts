// `npm run bench` runs this file directly, because Node strips the types.
import '../scripts/resolve-typescript.mjs';

const { main } = await import('./main.js');
// The benchmarks that publish with werift leave handles open, which would keep the process alive.
process.exit(await main(process.argv.slice(2)));
