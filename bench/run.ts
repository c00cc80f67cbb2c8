// `npm run bench` starts this file as it is: Node takes the types away. Its imports end in .js like all
// others here, and this lets them find the .ts; then the benchmarks are run.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isOurs = specifier.startsWith('.') && !context.parentURL?.includes('/node_modules/');
    if (!isOurs || !specifier.endsWith('.js')) return nextResolve(specifier, context);
    try {
      return nextResolve(specifier, context);
    } catch {
      return nextResolve(specifier.replace(/\.js$/, '.ts'), context);
    }
  },
});

const { main } = await import('./main.js');
process.exitCode = await main(process.argv.slice(2));
