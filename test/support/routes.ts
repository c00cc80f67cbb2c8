import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { RouteOptions } from 'fastify';
import { vi } from 'vitest';

/** Collects the routes that are registered from now on, as `GET /path`; HEAD counts as GET. */
export function collectRoutes(routes: Set<string>): void {
  const { prototype } = FastifyAdapter;
  const init: unknown = Reflect.get(prototype, 'init');
  vi.spyOn(prototype, 'init').mockImplementation(async function (this: FastifyAdapter) {
    this.getInstance().addHook('onRoute', ({ method, url }: RouteOptions) => {
      for (const one of [method].flat()) routes.add(`${one === 'HEAD' ? 'GET' : one} ${url}`);
    });
    await Reflect.apply(init as () => Promise<void>, this, []);
  });
}

/** Returns a path that matches a route: fills in its parameters. */
export function pathOf(route: string): string {
  return route
    .slice(route.indexOf(' ') + 1)
    .replaceAll(/:(?:name|channel)\b/g, 'tea')
    .replaceAll(/:username\b/g, 'ann')
    .replaceAll(/:\w*[iI]d\b/g, '00000000-0000-7000-8000-000000000000')
    .replaceAll(/:\w+/g, 'x')
    .replaceAll('*', 'x');
}

/** Returns the method of a route. */
export function methodOf(route: string): string {
  return route.slice(0, route.indexOf(' '));
}
