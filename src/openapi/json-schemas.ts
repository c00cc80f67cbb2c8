import { z } from 'zod';

/** A JSON Schema in an OpenAPI 3.1 document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

type Direction = 'input' | 'output';

/**
 * Converts zod's schemas to JSON Schema. Schemas with an id (`.meta({ id })`) are collected and
 * referenced.
 */
export class JsonSchemas {
  readonly #components = new Map<string, JsonSchema>();

  /** The referenced schemas by id. */
  get components(): Record<string, JsonSchema> {
    return Object.fromEntries(this.#components);
  }

  /** @param direction `input` for requests, `output` for responses */
  convert(schema: z.ZodType, direction: Direction): JsonSchema {
    const {
      $defs = {},
      $schema: _,
      ...rest
    } = z.toJSONSchema(schema, {
      io: direction,
      target: 'draft-2020-12',
      unrepresentable: 'any',
      override: ({ jsonSchema }) => {
        delete jsonSchema.id;
      },
    });
    for (const [id, definition] of Object.entries($defs))
      this.#components.set(id, relocated(definition));
    const moved = relocated(rest);
    const id = schema.meta()?.id;
    // zod references the schema itself only if it is recursive.
    if (id === undefined || '$ref' in moved) return moved;
    this.#components.set(id, moved);
    return { $ref: `#/components/schemas/${id}` };
  }
}

/** Rewrites zod's references to `#/$defs/ID`, because these are components in the document. */
function relocated(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/');
  const moved: JsonSchema = JSON.parse(text);
  return moved;
}
