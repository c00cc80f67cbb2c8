import { Controller, Get, Header, Inject } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { z } from 'zod';
import { Operation } from '../common/operation.js';
import { CONFIG, type Config } from '../config/config.js';
import { describeApi, type OpenApiDocument } from './document.js';
import { type Route, routesOf } from './routes.js';

const AnyObject = z.looseObject({ openapi: z.string() });

/** Serves the API's OpenAPI document. */
@Controller('api/openapi.json')
export class OpenApiController {
  #document: OpenApiDocument | null = null;

  constructor(
    private readonly discovery: DiscoveryService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @Header('cache-control', 'no-cache')
  @Operation({ summary: 'Get this OpenAPI document', reply: AnyObject })
  get(): OpenApiDocument {
    this.#document ??= describeApi(this.routes(), this.config.http.publicUrl);
    return this.#document;
  }

  /** Returns all routes of all controllers. */
  routes(): Route[] {
    return this.discovery
      .getControllers()
      .flatMap(({ instance }) =>
        typeof instance === 'object' && instance !== null ? routesOf(instance) : [],
      );
  }
}
