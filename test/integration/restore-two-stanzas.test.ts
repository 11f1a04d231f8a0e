import { expect, it } from 'vitest';
import { createCluster } from '../support/cluster.ts';
import { writeConfiguration } from '../support/configuration.ts';
import {
  appendKnownRows,
  archiveWal,
  createKnownRows,
  noteMoment,
  passSecond,
  readKnownRows,
} from '../support/data.ts';
import { runHoldfast } from '../support/holdfast.ts';
import { bedOf } from '../support/protected-bed.ts';
import { createSandbox } from '../support/sandbox.ts';
import { hashTree } from '../support/hash-tree.ts';

it('two stanzas in one file: the restore of one leaves the other alone', async () => {
  await using sandbox = await createSandbox('pair');
  const small = { sandbox, walSegmentMegabytes: 1 };
  const clusters = {
    sales: await createCluster({ ...small, name: 'sales' }),
    stock: await createCluster({ ...small, name: 'stock' }),
  };
  const configuration = writeConfiguration(sandbox, {
    sales: { cluster: clusters.sales },
    stock: { cluster: clusters.stock, repositories: { own: { encryption: true } } },
  });
  const sales = bedOf(sandbox, clusters.sales, configuration, 'sales');
  const stock = bedOf(sandbox, clusters.stock, configuration, 'stock');
  for (const bed of [sales, stock]) await bed.mustRun(['setup', '--yes', '--restart', '--no-backup']);

  await createKnownRows(sales.cluster, 10);
  const inStock = await createKnownRows(stock.cluster, 100);
  await sales.backup('full');
  await stock.backup('full', 'own');
  await passSecond(sales.cluster);
  const before = await appendKnownRows(sales.cluster, 10);
  const { time } = await noteMoment(sales.cluster);
  await appendKnownRows(sales.cluster, 10);
  await archiveWal(sales.cluster);

  const unnamed = await runHoldfast(['--config', configuration.file, 'restore', '--to', time, '--yes']);
  expect(unnamed.code).toBe(64);
  expect(unnamed.stderr).toMatch(/sales, stock/);

  const pid = stock.cluster.pid();
  const repository = hashTree(configuration.repository('own', 'stock'));
  const { plan } = await sales.restore('--to', time);
  expect(plan.repository.name).toBe('local');
  expect(await readKnownRows(sales.cluster)).toEqual(before);
  expect(stock.cluster.pid()).toBe(pid);
  expect(await readKnownRows(stock.cluster)).toEqual(inStock);
  expect(hashTree(configuration.repository('own', 'stock'))).toEqual(repository);

  await using copy = await stock.restoreCopy('--to', 'immediate');
  expect(copy.plan.repository.name).toBe('own');
  expect(await readKnownRows(copy)).toEqual(inStock);
  expect(await readKnownRows(sales.cluster)).toEqual(before);
});
