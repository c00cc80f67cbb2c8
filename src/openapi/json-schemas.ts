import { z } from 'zod';

/** A JSON Schema as it stands in an OpenAPI 3.1 document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

type Direction = 'input' | 'output';

/**
 * Turns zod's schemas into JSON Schema. Those with an id (`.meta({ id })`) are collected, and referred to
 * wherever they stand.
 */
export class JsonSchemas {
  readonly #components = new Map<string, JsonSchema>();

  /** The schemas that were referred to, by id. */
  get components(): Record<string, JsonSchema> {
    return Object.fromEntries(this.#components);
  }

  /** @param direction `input`: what is sent to the server; `output`: what it answers */
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
    // zod refers to the schema itself only where something in it does.
    if (id === undefined || '$ref' in moved) return moved;
    this.#components.set(id, moved);
    return { $ref: `#/components/schemas/${id}` };
  }
}

/** zod refers to `#/$defs/ID`; in the document they are components. */
function relocated(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/');
  const moved: JsonSchema = JSON.parse(text);
  return moved;
}
