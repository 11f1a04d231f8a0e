import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Where scripts/test-matrix.sh keeps the versions that the distribution lacks: HOLDFAST_MATRIX_DIR, `.cache/matrix`
 * of this checkout, or /var/cache/holdfast-matrix where postgres can not read the checkout.
 */
export function matrixDirectory(): string {
  const asked = process.env.HOLDFAST_MATRIX_DIR;
  if (asked !== undefined && asked !== '') return asked;
  const shared = '/var/cache/holdfast-matrix';
  return existsSync(shared) ? shared : join(import.meta.dirname, '../../.cache/matrix');
}
