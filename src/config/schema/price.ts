import { listPrices } from '../../model/store-price.ts';
import { count, oneOf, price } from './scalars.ts';
import { section } from './section.ts';

const classes = [...new Set(listPrices.map((one) => one.class))];

/** What a store charges, where it is not its list price (docs/cost.md). */
export const priceSchema = section({
  class: oneOf(classes).optional().meta({
    description:
      'Storage class in which the objects lie (default of the bucket, or a lifecycle rule); for `holdfast cost` only. Without it the usual one of the provider.',
  }),
  storage: price()
    .optional()
    .meta({ description: 'A GB for a month.', examples: [0.00799] }),
  egress: price().optional().meta({ description: 'Reading a GB over the internet.' }),
  retrieval: price().optional().meta({ description: 'Taking a GB out of a colder class.' }),
  put: price().optional().meta({ description: 'A thousand writes.' }),
  get: price().optional().meta({ description: 'A thousand reads.' }),
  minimumDays: count(0, 3660).optional().meta({ description: 'What is deleted sooner is paid for as long.' }),
  minimumGigabytes: count(0).optional().meta({ description: 'The least that is paid for.' }),
  freeGigabytes: count(0).optional().meta({ description: 'What of the storage is free.' }),
}).meta({
  description:
    'What the store charges, in US dollars, for `holdfast cost` and restore plans. What is not given is the list price of the provider, where one is known.',
});
