/** A value that notes which of its properties were looked at. */
export interface TrackedReads {
  readonly value: unknown;
  /** Paths of properties that nobody looked at, `spec.template.spec.restartPolcy`. */
  unread(): readonly string[];
}

/**
 * Wraps a value so that it can be told which properties a validator read. The compiled validators of `kubernetes-models`
 * read each property that their schema has and none that it lacks, and iterate over those of maps, so what is left unread
 * is not in the schema.
 */
export function trackReads(root: unknown): TrackedReads {
  const read = new Map<object, Set<string>>();
  const proxies = new WeakMap<object, object>();
  const wrap = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const known = proxies.get(value);
    if (known !== undefined) return known;
    const seen = new Set<string>();
    read.set(value, seen);
    const proxy = new Proxy(value, {
      get(target, key, receiver) {
        if (typeof key === 'string') seen.add(key);
        return wrap(Reflect.get(target, key, receiver));
      },
    });
    proxies.set(value, proxy);
    return proxy;
  };
  const collect = (value: unknown, path: string): readonly string[] => {
    if (typeof value !== 'object' || value === null) return [];
    const seen = read.get(value);
    // Nobody came here: told at the property that leads here.
    if (seen === undefined) return [];
    return Object.entries(value).flatMap(([key, inner]) => {
      const place = path === '' ? key : `${path}.${key}`;
      return seen.has(key) ? collect(inner, place) : [place];
    });
  };
  return { value: wrap(root), unread: () => collect(root, '') };
}
