import * as fc from 'fast-check';

/**
 * Properties try the same inputs each time, so that a commit that passed once passes again. `HOLDFAST_TEST_SEED=random`
 * tries others (the matrix does, and who asks for more runs wants that too), a number those of that seed.
 */
const { HOLDFAST_PROPERTY_RUNS, HOLDFAST_TEST_SEED } = process.env;
const asked = HOLDFAST_TEST_SEED ?? (HOLDFAST_PROPERTY_RUNS === undefined ? '20261121' : 'random');
if (asked !== 'random') fc.configureGlobal({ seed: Number(asked) });
