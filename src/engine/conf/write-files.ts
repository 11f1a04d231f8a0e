export { applyFileWrites } from './apply-file-writes.ts';
export { planFileWrites, type FileChange } from './plan-file-writes.ts';
