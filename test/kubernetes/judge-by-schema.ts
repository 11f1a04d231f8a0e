/** The part of an OpenAPI schema of a resource that its fields are judged by. */
export interface CrdSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, CrdSchema>>;
  readonly additionalProperties?: CrdSchema | true;
  readonly items?: CrdSchema;
  /** A number or text. */
  readonly intOrString?: boolean;
}

/** What is wrong with a value; a field that the schema does not have is wrong. */
export function judgeBySchema(value: unknown, schema: CrdSchema, path: string): readonly string[] {
  const problems: string[] = [];
  const type = typeOf(value);
  const types = schema.intOrString === true ? ['integer', 'string'] : [schema.type ?? type];
  if (!types.includes(type) && !(types.includes('number') && type === 'integer')) {
    return [`${path}: ${type} instead of ${types.join(' or ')}`];
  }
  if (schema.enum !== undefined && !schema.enum.includes(value))
    problems.push(`${path}: not one of the enum`);
  if (typeof value === 'string') {
    if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value))
      problems.push(`${path}: ${schema.pattern}`);
    if (value.length < (schema.minLength ?? 0)) problems.push(`${path}: too short`);
  }
  if (
    typeof value === 'number' &&
    (value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity))
  )
    problems.push(`${path}: out of range`);
  if (Array.isArray(value)) {
    return [
      ...problems,
      ...value.flatMap((item, index) => judgeBySchema(item, schema.items ?? {}, `${path}[${index}]`)),
    ];
  }
  return typeof value === 'object' && value !== null
    ? [...problems, ...judgeFields(value, schema, path)]
    : problems;
}

function judgeFields(value: object, schema: CrdSchema, path: string): readonly string[] {
  const missing = (schema.required ?? []).filter((key) => !(key in value));
  return [
    ...missing.map((key) => `${path}.${key}: required`),
    ...Object.entries(value).flatMap(([key, inner]) => {
      const known = schema.properties?.[key] ?? schema.additionalProperties;
      if (known === undefined) return [`unknown field ${path}.${key}`];
      return known === true ? [] : judgeBySchema(inner, known, `${path}.${key}`);
    }),
  ];
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  return Number.isInteger(value) ? 'integer' : typeof value;
}
