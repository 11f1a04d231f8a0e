import { checkBundles } from './bundles.ts';
import { checkChannels } from './channels.ts';
import { checkChunkSizes } from './chunk-sizes.ts';
import { checkEncryption } from './encryption.ts';
import { checkEngineVersions } from './engine-versions.ts';
import { checkListeners } from './listeners.ts';
import { checkLiteralSecrets } from './literal-secrets.ts';
import { checkNames } from './names.ts';
import { checkNodes } from './nodes.ts';
import { checkNotAvailableYet } from './not-available-yet.ts';
import { checkNumbers } from './numbers.ts';
import { checkObjectStores } from './object-stores.ts';
import { checkPassThrough } from './pass-through.ts';
import { checkPrices } from './prices.ts';
import { checkRepositoryPlaces } from './repository-places.ts';
import { checkRetention } from './retention.ts';
import type { Rule } from './rule.ts';
import { checkScheduleTimes } from './schedule-times.ts';
import { checkSchedules } from './schedules.ts';

/** Every family of rules that look at more than one value. */
export const allRules: readonly Rule[] = [
  checkNames,
  checkNodes,
  checkNumbers,
  checkRepositoryPlaces,
  checkPrices,
  checkRetention,
  checkEncryption,
  checkBundles,
  checkObjectStores,
  checkChunkSizes,
  checkEngineVersions,
  checkLiteralSecrets,
  checkNotAvailableYet,
  checkSchedules,
  checkScheduleTimes,
  checkChannels,
  checkListeners,
  checkPassThrough,
];
