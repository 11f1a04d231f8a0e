import type { EngineFile } from '../../facts.ts';
import type { LintProject } from '../../lint-rule.ts';
import { knownIn, type KnownSetting, meantValue } from './known-settings.ts';

/** A repository as one file describes it, in any of its sections. */
export interface DescribedRepository {
  readonly file: EngineFile;
  readonly index: number;
  readonly settings: readonly KnownSetting[];
  /** By base name, `repo-path`: the first setting that gives it. */
  readonly find: (name: string) => KnownSetting | undefined;
  /** What was meant; undefined when it is not given or a placeholder. */
  readonly text: (name: string) => string | undefined;
}

/** The repositories of every file, by index. */
export function repositoriesOf(project: LintProject): readonly DescribedRepository[] {
  return project.engineFiles.flatMap((file) => repositoriesIn(file, project));
}

export function repositoriesIn(file: EngineFile, project: LintProject): readonly DescribedRepository[] {
  const known = knownIn(file, project.engineVersion).filter(({ option }) => option.group === 'repo');
  const indexes = [...new Set(known.map(({ index }) => index))].toSorted((left, right) => left - right);
  return indexes.map((index) => {
    const settings = known.filter((candidate) => candidate.index === index);
    const find = (name: string): KnownSetting | undefined =>
      settings.find(({ option }) => option.name === name);
    return {
      file,
      index,
      settings,
      find,
      text: (name) => {
        const found = find(name);
        return found === undefined ? undefined : meantValue(found.setting);
      },
    };
  });
}

/** True for a repository that is described enough to be used, and not only mentioned. */
export function isDescribed({ find, text }: DescribedRepository): boolean {
  if (find('repo-host') !== undefined) return false;
  const type = text('repo-type');
  return find('repo-path') !== undefined || (type !== undefined && type !== 'none');
}

/** Kinds of repository that lie on somebody else's machine. */
export const remoteTypes: ReadonlySet<string> = new Set(['s3', 'azure', 'gcs', 'sftp']);
