import { z } from 'zod';
import { SESSION_COOKIE } from '../auth/sessions/session-cookies.js';
import { Cookies } from '../common/cookies.js';
import { type ErrorCode, errorStatus, HttpError } from '../protocol/error.js';
import { type JsonSchema, JsonSchemas } from './json-schemas.js';
import type { Route } from './routes.js';

/** An OpenAPI 3.1 document. */
export type OpenApiDocument = Readonly<{
  openapi: '3.1.0';
  info: Readonly<{ title: string; version: string; description: string }>;
  servers: readonly Readonly<{ url: string }>[];
  paths: Readonly<Record<string, Record<string, unknown>>>;
  components: Readonly<{ schemas: Record<string, JsonSchema>; securitySchemes: object }>;
}>;

const DESCRIPTION =
  'Every error has the body `{ error: { code, message } }`. Codes are stable; messages may change. ' +
  'Requests that change something are rejected if their Origin is another site.';

/** Errors that every operation can return. */
const ALWAYS: readonly ErrorCode[] = ['internal', 'unavailable'];
/** Errors that every operation with a body can return. */
const WITH_BODY: readonly ErrorCode[] = [
  'bad_request',
  'payload_too_large',
  'unsupported_media_type',
];
const WHEN_CHANGING: readonly ErrorCode[] = ['origin_refused'];

/** Describes the documented routes with the schemas that are used to validate requests. */
export function describeApi(routes: readonly Route[], serverUrl: string): OpenApiDocument {
  const schemas = new JsonSchemas();
  const cookies = new Cookies({ publicUrl: serverUrl });
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    if (route.operation === null) continue;
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: describe(route, schemas) };
  }
  schemas.convert(HttpError, 'output');
  return {
    openapi: '3.1.0',
    info: { title: 'Onair', version: '1', description: DESCRIPTION },
    servers: [{ url: serverUrl }],
    paths,
    components: {
      schemas: schemas.components,
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: cookies.nameOf(SESSION_COOKIE) },
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API token with the required scopes',
        },
      },
    },
  };
}

function describe(route: Route, schemas: JsonSchemas): object {
  const { operation, body, status } = route;
  if (operation === null) return {};
  const { summary, description, reply, errors = [] } = operation;
  return {
    operationId: route.handler.replace(/Controller\./, '.'),
    summary,
    ...(description === undefined ? {} : { description }),
    ...(errors.includes('not_logged_in') ? { security: securityOf(route) } : {}),
    parameters: [...pathParameters(route.path), ...queryParameters(route.query, schemas)],
    ...(body === null
      ? {}
      : { requestBody: { required: true, content: json(schemas.convert(body, 'input')) } }),
    responses: {
      [status]: {
        description: reply === null ? 'Done' : 'Success',
        ...(reply === null ? {} : { content: json(schemas.convert(reply, 'output')) }),
      },
      ...errorResponses([...errors, ...commonErrors(route)]),
    },
  };
}

/** Returns the ways to authenticate: a session and, if the route allows it, an API token. */
function securityOf({ tokenScope }: Route): object[] {
  if (tokenScope === undefined) return [{ session: [] }];
  return [{ session: [] }, { token: tokenScope === null ? [] : [tokenScope] }];
}

function commonErrors({ method, body, query }: Route): ErrorCode[] {
  return [
    ...ALWAYS,
    ...(body === null ? [] : WITH_BODY),
    ...(query === null ? [] : (['bad_request'] as const)),
    ...(method === 'get' ? [] : WHEN_CHANGING),
  ];
}

/** Returns one response per status, with a list of its error codes. */
function errorResponses(codes: readonly ErrorCode[]): Record<string, object> {
  const byStatus = Map.groupBy(new Set(codes), (code) => errorStatus[code]);
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      status,
      {
        description: same.map((code) => `\`${code}\``).join(', '),
        content: json({ $ref: '#/components/schemas/HttpError' }),
      },
    ]),
  );
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodType | null, schemas: JsonSchemas): object[] {
  if (!(query instanceof z.ZodObject)) return [];
  return Object.entries(query.shape).map(([name, schema]) => {
    if (!(schema instanceof z.ZodType)) throw new Error(`the parameter ${name} has no schema`);
    return {
      name,
      in: 'query',
      required: !schema.safeParse(undefined).success,
      schema: schemas.convert(schema, 'output'),
    };
  });
}

const json = (schema: JsonSchema) => ({ 'application/json': { schema } });
