import { beforeAll, describe, expect, it } from 'vitest';
import { OpenApiController } from '../../src/openapi/openapi.controller.js';
import { HttpClient } from '../support/http-client.js';
import { useServer } from '../support/fixtures/use-server.js';

/** A document whose members are accessed without types. */
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** Yields the values of a key in all objects in a document. */
function* valuesOf(node: unknown, key: string): Generator {
  if (typeof node !== 'object' || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    if (name === key) yield value;
    yield* valuesOf(value, key);
  }
}

describe('the OpenAPI document', () => {
  const server = useServer();
  let document: Json;

  beforeAll(async () => {
    const answer = await new HttpClient(server.url).get('/api/openapi.json');
    document = answer.body as Json;
  });

  it('contains every route under /api', () => {
    const routes = server.app
      .get(OpenApiController)
      .routes()
      .filter(({ path }) => path.startsWith('/api'));
    expect(routes.length).toBeGreaterThan(10);
    expect(
      routes.filter(({ operation }) => operation === null).map((route) => route.handler),
    ).toEqual([]);
    for (const { path, method } of routes)
      expect(document.paths[path.replaceAll(/:(\w+)/g, '{$1}')]).toHaveProperty(method);
  });

  it('has no dangling references', () => {
    const references = [...valuesOf(document, '$ref')];
    expect(references.length).toBeGreaterThan(10);
    for (const reference of references) {
      const path = String(reference).replace('#/', '').split('/');
      const found = path.reduce<unknown>((node, key) => (node as Json)[key], document);
      expect({ reference, type: typeof found }).toEqual({ reference, type: 'object' });
    }
  });

  it('is complete: OpenAPI 3.1 with unique operation ids, parameters and responses', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Onair' } });
    const operations = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
      Object.entries<Json>(methods).map(([method, operation]) => ({ path, method, operation })),
    );
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations) {
      expect(operation.summary).toMatch(/\S/);
      const parameters = (operation.parameters ?? []) as unknown as Json[];
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      for (const parameter of parameters) expect(parameter.schema).toBeTypeOf('object');
      const statuses = Object.keys(operation.responses ?? {});
      expect(statuses.filter((status) => status.startsWith('2'))).toHaveLength(1);
      for (const status of statuses) expect(operation.responses[status].description).toMatch(/\S/);
    }
  });

  it('contains the rules that requests are validated against', () => {
    expect(document.components.schemas.RegisterRequest).toMatchObject({
      type: 'object',
      required: ['username', 'password'],
      additionalProperties: false,
      properties: { password: { minLength: 10, maxLength: 200 } },
    });
    const list = document.paths['/api/channels'].get.parameters as unknown as Json[];
    expect(list.find(({ name }) => name === 'limit')).toMatchObject({
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 100 },
    });
  });

  it('says which operations require a login, and which errors they return', () => {
    const create = document.paths['/api/channels'].post;
    expect(create.security).toEqual([{ session: [] }, { token: ['channels:write'] }]);
    expect(create.responses['409'].description).toBe('`channel_name_taken`, `channel_limit`');
    expect(document.paths['/api/channels'].get).not.toHaveProperty('security');
  });
});
