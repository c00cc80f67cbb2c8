import { RequestMethod } from '@nestjs/common';
import {
  HTTP_CODE_METADATA,
  METHOD_METADATA,
  PATH_METADATA,
  ROUTE_ARGS_METADATA,
} from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { MetadataScanner } from '@nestjs/core';
import { z } from 'zod';
import { OPERATION, type OperationInfo } from '../common/operation.js';
import { TOKEN_SCOPE } from '../auth/tokens/token-scope.js';
import type { TokenScope } from '../protocol/account-tokens.js';

/** A route of a controller, read from Nest's metadata. */
export type Route = Readonly<{
  /** The class and method, such as `ChannelController.list`. */
  handler: string;
  /** The HTTP method in lowercase. */
  method: string;
  /** The path, such as `/api/channels/:name`. */
  path: string;
  /** The status of a successful response. */
  status: number;
  operation: OperationInfo | null;
  /** The scope that an API token needs; null if it needs none, undefined if tokens are rejected. */
  tokenScope: TokenScope | null | undefined;
  body: z.ZodType | null;
  query: z.ZodType | null;
}>;

/** An instance of a controller. */
type Instance = object;

const Paths = z.union([z.string(), z.array(z.string())]).transform((path) => [path].flat());
const Arguments = z.record(
  z.string(),
  z.object({ schema: z.instanceof(z.ZodType).optional() }).catch({}),
);

/** Returns the routes of a controller. */
export function routesOf(controller: Instance): Route[] {
  const prototype: object = Object.getPrototypeOf(controller);
  const prefixes = Paths.parse(Reflect.getMetadata(PATH_METADATA, controller.constructor) ?? '');
  return new MetadataScanner()
    .getAllMethodNames(prototype)
    .flatMap((name) => prefixes.flatMap((prefix) => routesOfMethod(controller, name, prefix)));
}

function routesOfMethod(controller: Instance, name: string, prefix: string): Route[] {
  const handler: unknown = Reflect.get(controller, name);
  if (typeof handler !== 'function') return [];
  const path: unknown = Reflect.getMetadata(PATH_METADATA, handler);
  const method: unknown = Reflect.getMetadata(METHOD_METADATA, handler);
  if (path === undefined || typeof method !== 'number') return [];
  const operation: OperationInfo | null = Reflect.getMetadata(OPERATION, handler) ?? null;
  const methodName = RequestMethod[method]?.toLowerCase() ?? 'get';
  return Paths.parse(path).map((own) => ({
    handler: `${controller.constructor.name}.${name}`,
    method: methodName,
    path: `/${[prefix, own]
      .map((part) => part.replaceAll(/^\/+|\/+$/g, ''))
      .filter(Boolean)
      .join('/')}`,
    status: Number(
      Reflect.getMetadata(HTTP_CODE_METADATA, handler) ?? (methodName === 'post' ? 201 : 200),
    ),
    operation,
    tokenScope: tokenScopeOf(controller, handler),
    ...schemasOf(controller, name),
  }));
}

function tokenScopeOf(controller: Instance, handler: object): Route['tokenScope'] {
  const own: Route['tokenScope'] = Reflect.getMetadata(TOKEN_SCOPE, handler);
  return own === undefined ? Reflect.getMetadata(TOKEN_SCOPE, controller.constructor) : own;
}

/** Returns the schemas with which Nest validates the body and the query. */
function schemasOf(controller: Instance, name: string): Pick<Route, 'body' | 'query'> {
  const parameters = Arguments.parse(
    Reflect.getMetadata(ROUTE_ARGS_METADATA, controller.constructor, name) ?? {},
  );
  // The keys have the form "TYPE:INDEX".
  const schemaOf = (type: RouteParamtypes) =>
    Object.entries(parameters).find(([key]) => key.startsWith(`${type}:`))?.[1].schema ?? null;
  return { body: schemaOf(RouteParamtypes.BODY), query: schemaOf(RouteParamtypes.QUERY) };
}
