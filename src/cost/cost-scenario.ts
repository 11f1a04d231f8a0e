import { Failure } from '../model/failure.ts';
import type { Retention } from '../model/repository.ts';
import {
  listPrices,
  type OwnPrice,
  priceClasses,
  resolvePrice,
  type StorePrice,
} from '../model/store-price.ts';
import {
  applyPolicy,
  isPolicyKey,
  policyKeys,
  splitPolicy,
  unknownKey,
  type PolicyWord,
} from '../retention/parse-policy.ts';
import {
  type Compression,
  type CompressionFactor,
  compressionFactor,
  parseCompression,
} from './compression.ts';

/** One way to keep a repository. */
export interface CostScenario {
  /** `as it is`, or what was asked: `provider=wasabi full=14d`. */
  readonly title: string;
  readonly retention: Retention;
  readonly provider: string | undefined;
  readonly price: StorePrice | undefined;
  readonly compression: Compression;
  /** Undefined: compressed as it is. */
  readonly factor: CompressionFactor | undefined;
}

/** How it is now. */
export interface CostBase {
  readonly retention: Retention;
  readonly provider: string | undefined;
  readonly ownPrice: OwnPrice | undefined;
  readonly compression: Compression;
}

const otherKeys = ['provider', 'class', 'compress'] as const;

/** As holdfast.yaml has it. */
export function baseScenario(base: CostBase): CostScenario {
  const { retention, provider, ownPrice, compression } = base;
  const price = resolvePrice(provider, ownPrice);
  return { title: 'as it is', retention, provider, price, compression, factor: undefined };
}

/**
 * Reads `--what-if "provider=wasabi full=14d compress=zst:3"`: what is not named stays as it is. Prices of holdfast.yaml
 * are those of its own store, and go when another one is asked for.
 *
 * @throws Failure usage for an unknown key, provider, class, or a compression that was not measured
 */
export function parseScenario(text: string, base: CostBase): CostScenario {
  const option = '--what-if';
  const words = splitPolicy(text, option);
  for (const { key } of words) {
    if (!isPolicyKey(key) && !otherKeys.some((one) => one === key))
      throw unknownKey(key, option, [...policyKeys, ...otherKeys]);
  }
  const last = (key: string): string | undefined => words.findLast((word) => word.key === key)?.value;
  const retention = applyPolicy(
    base.retention,
    words.filter(({ key }) => isPolicyKey(key)),
    option,
  );
  const provider = readProvider(last('provider')) ?? base.provider;
  const compress = last('compress');
  const compression = compress === undefined ? base.compression : parseCompression(compress);
  return {
    title: titleOf(words),
    retention,
    provider,
    price: priceOf(provider, last('class'), base),
    compression,
    factor: compress === undefined ? undefined : factorOf(base.compression, compression),
  };
}

function titleOf(words: readonly PolicyWord[]): string {
  return words.map(({ key, value }) => `${key}=${value}`).join(' ');
}

function readProvider(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const known = [...new Set(listPrices.map(({ provider }) => provider))];
  if (known.includes(name)) return name;
  throw new Failure('usage', {
    operation: 'read --what-if',
    place: `provider=${name}`,
    problem: 'there is no list price of it',
    hint: `There are: ${known.join(', ')}. Prices of another store go into \`price:\` of a repository.`,
  });
}

function priceOf(
  provider: string | undefined,
  storageClass: string | undefined,
  base: CostBase,
): StorePrice | undefined {
  if (storageClass === undefined)
    return resolvePrice(provider, provider === base.provider ? base.ownPrice : undefined);
  const classes = provider === undefined ? [] : priceClasses(provider);
  if (classes.includes(storageClass)) return resolvePrice(provider, { class: storageClass });
  throw new Failure('usage', {
    operation: 'read --what-if',
    place: `class=${storageClass}`,
    problem: `there is no list price of this class${provider === undefined ? '' : ` of ${provider}`}`,
    hint:
      classes.length === 0
        ? 'Name a provider too: provider=aws class=standard-ia.'
        : `There are: ${classes.join(', ')}. Classes that must be thawed first are not for pgBackRest, which cannot wait.`,
  });
}

function factorOf(from: Compression, to: Compression): CompressionFactor {
  const factor = compressionFactor(from, to);
  if (factor !== undefined) return factor;
  throw new Failure('usage', {
    operation: 'read --what-if',
    problem: `${from.type} at level ${from.level}, as it is now, was not measured against others`,
    hint: 'Leave out compress, or assume sizes with --assume.',
  });
}
