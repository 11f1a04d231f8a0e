/** A table, view or sequence by its whole name. */
export interface RelationName {
  readonly schema: string;
  readonly name: string;
}

/** A column that is there (dropped ones are not listed), in the order of the table. */
export interface ColumnFacts {
  readonly name: string;
  /** As a declaration, with schema where it is not of pg_catalog: `numeric(10,2)`, `public.mood`. */
  readonly type: string;
  /** The same, of a domain the type that it is made of, which takes NULL whatever the domain says. */
  readonly bareType: string;
  /** Base type without modifiers: `int8`, `lo`. */
  readonly baseType: string;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  readonly identity: 'always' | 'default' | undefined;
  readonly generated: boolean;
}

/** A foreign key, as the table that refers has it. */
export interface ForeignKeyFacts {
  readonly name: string;
  readonly from: RelationName;
  readonly to: RelationName;
  readonly columns: readonly string[];
  readonly toColumns: readonly string[];
  readonly deferrable: boolean;
  /** What a delete of the row referred to does to the row that refers: pg_constraint.confdeltype (`a` nothing). */
  readonly onDelete: string;
  readonly onUpdate: string;
  /** `FOREIGN KEY (a) REFERENCES …`. */
  readonly definition: string;
}

/** A trigger of users, on the table or one of its partitions. */
export interface TriggerFacts {
  readonly name: string;
  readonly table: RelationName;
  /** pg_trigger.tgenabled: `O` on, `A` always, `R` on replicas only, `D` off. */
  readonly state: string;
}

/** A partition below the table, parents before children. */
export interface PartitionFacts extends RelationName {
  readonly parent: RelationName;
  /** `FOR VALUES FROM (1) TO (10)`. */
  readonly bound: string;
  /** `RANGE (day)` where it is partitioned itself. */
  readonly partitionedBy: string | null;
  readonly owner: string;
}

/** A sequence that a column owns; of a partition also those of what is above it, which give its rows their numbers. */
export interface SequenceFacts extends RelationName {
  readonly column: string;
  readonly increment: number;
}

/** Everything about a table that a rescue must know, of the copy or of the live database. */
export interface TableFacts extends RelationName {
  /** pg_class.relkind: `r`, `p`. */
  readonly kind: string;
  /** pg_class.relpersistence: `p` permanent, `u` unlogged, `t` temporary. */
  readonly persistence: string;
  readonly hasRules: boolean;
  readonly columns: readonly ColumnFacts[];
  /** Columns of unique indexes without NULLs, expressions or conditions; the primary key first, then the shortest. */
  readonly keys: readonly (readonly string[])[];
  /** All of them, also those that its partitions have for themselves, and those of exclusion constraints. */
  readonly uniqueIndexes: number;
  /** Those that it has. */
  readonly foreignKeys: readonly ForeignKeyFacts[];
  /** Those that refer to it, its own among them; also to what it is a partition of, or to one of its partitions. */
  readonly referredBy: readonly ForeignKeyFacts[];
  /** Its own before those of its partitions. */
  readonly triggers: readonly TriggerFacts[];
  readonly sequences: readonly SequenceFacts[];
  readonly partitions: readonly PartitionFacts[];
  /** Tables that inherit from it and are no partitions. */
  readonly heirs: readonly RelationName[];
  /** Of a partition: the root of its partitioned table, which rows it takes, and itself with those above it, from the top. */
  readonly partOf:
    | {
        readonly root: RelationName;
        /** The root alone can change identity columns: from version 17 on. */
        readonly hasIdentity: boolean;
        readonly constraint: string;
        readonly chain: readonly PartitionFacts[];
      }
    | undefined;
}

/** `schema.name`, for people and as a key; quoted where SQL would want it. */
export function showName({ schema, name }: RelationName): string {
  return [schema, name].map(showWord).join('.');
}

function showWord(word: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(word) ? word : `"${word.replaceAll('"', '""')}"`;
}
