/** How a program that runs another program takes its own words. */
export interface Wrapper {
  /** Options that take the next word: `-u postgres`. */
  readonly valued: readonly string[];
  /** Words of its own that follow the options: HOST of ssh, the duration of timeout, container of `docker exec`. */
  readonly operands?: number;
  /** Options whose value is a line for a shell: `-c` of bash and su. */
  readonly line?: readonly string[];
  /** What follows is joined and given to a shell, as ssh does. */
  readonly joins?: boolean;
  /** `NAME=value` may stand in front of the command, as with env and sudo. */
  readonly assigns?: boolean;
  /** Without a command of its own it reads one from standard input, as bash and ssh do. */
  readonly readsInput?: boolean;
  /** Where there is a `--`, all before it are words of its own; with `required`, there is no command without it. */
  readonly dashes?: 'allowed' | 'required';
}

const shell: Wrapper = { valued: ['-o', '-O'], line: ['-c'], readsInput: true };

const containerRun: Wrapper = {
  valued: [
    '-v',
    '--volume',
    '--volumes-from',
    '-e',
    '--env',
    '--env-file',
    '--name',
    '--network',
    '--net',
    '-u',
    '--user',
    '-w',
    '--workdir',
    '-p',
    '--publish',
    '--mount',
    '--entrypoint',
    '-h',
    '--hostname',
    '-l',
    '--label',
    '-m',
    '--memory',
    '--cpus',
    '--platform',
    '--add-host',
    '--tmpfs',
    '--cap-add',
    '--cap-drop',
    '--security-opt',
    '--restart',
    '--pull',
    '--link',
    '--ip',
    '--shm-size',
    '--log-driver',
    '--gpus',
    '--device',
    '--pid',
    '--ipc',
    '--network-alias',
    '--ulimit',
    '--secret',
    '--userns',
  ],
  operands: 1,
};

const containerExec: Wrapper = {
  valued: ['-u', '--user', '-e', '--env', '--env-file', '-w', '--workdir', '--detach-keys', '--index'],
  operands: 1,
};

const composeRun: Wrapper = {
  ...containerRun,
  valued: containerRun.valued.filter((option) => option !== '-l' && option !== '-m'),
};

const plain: Wrapper = { valued: [] };

/**
 * Programs that run another one, by their base name and, for those with subcommands, these as well. From their manual
 * pages (sudo 1.9, util-linux 2.38, OpenSSH 9, docker 27, kubectl 1.31, ansible 2.14).
 */
export const wrappers: Readonly<Record<string, Wrapper>> = {
  sudo: {
    valued: [
      '-u',
      '--user',
      '-g',
      '--group',
      '-h',
      '--host',
      '-p',
      '--prompt',
      '-C',
      '-D',
      '--chdir',
      '-R',
      '-T',
      '-U',
    ],
    assigns: true,
  },
  doas: { valued: ['-u', '-C'] },
  su: { valued: ['-s', '--shell', '-g', '-G'], operands: 1, line: ['-c', '--command', '--session-command'] },
  runuser: {
    valued: ['-u', '--user', '-s', '--shell', '-g', '-G'],
    operands: 1,
    dashes: 'allowed',
    line: ['-c', '--command'],
  },
  gosu: { valued: [], operands: 1 },
  'su-exec': { valued: [], operands: 1 },
  chpst: { valued: ['-u', '-U', '-e', '-n'] },
  setpriv: { valued: [] },
  chroot: { valued: [], operands: 1 },
  ssh: {
    valued: [
      '-i',
      '-p',
      '-o',
      '-l',
      '-F',
      '-J',
      '-b',
      '-c',
      '-D',
      '-E',
      '-e',
      '-I',
      '-L',
      '-m',
      '-O',
      '-Q',
      '-R',
      '-S',
      '-W',
      '-w',
    ],
    operands: 1,
    joins: true,
    readsInput: true,
  },
  bash: shell,
  sh: shell,
  dash: shell,
  zsh: shell,
  ash: shell,
  busybox: plain,
  nice: { valued: ['-n', '--adjustment'] },
  ionice: { valued: ['-c', '--class', '-n', '--classdata'] },
  chrt: { valued: [], operands: 1 },
  nohup: plain,
  setsid: plain,
  time: { valued: ['-f', '-o'] },
  timeout: { valued: ['-s', '--signal', '-k', '--kill-after'], operands: 1 },
  flock: {
    valued: ['-w', '--wait', '--timeout', '-E', '--conflict-exit-code'],
    operands: 1,
    line: ['-c', '--command'],
  },
  env: { valued: ['-u', '--unset', '-C', '--chdir'], assigns: true },
  chronic: plain,
  cronic: plain,
  exec: { valued: ['-a'] },
  command: plain,
  eval: { valued: [], joins: true },
  xargs: { valued: ['-n', '-I', '-P', '-L', '-d', '-a', '-s', '-E'] },
  stdbuf: { valued: ['-i', '-o', '-e'] },
  'systemd-cat': { valued: ['-t', '-p'] },
  'systemd-run': {
    valued: ['-p', '--property', '-u', '--unit', '--uid', '--gid', '-E', '--on-calendar', '--slice', '-M'],
  },
  'docker exec': containerExec,
  'docker run': containerRun,
  'docker container exec': containerExec,
  'docker container run': containerRun,
  'docker compose exec': containerExec,
  'docker compose run': composeRun,
  'docker-compose exec': containerExec,
  'docker-compose run': composeRun,
  'podman exec': containerExec,
  'podman run': containerRun,
  'podman-compose exec': containerExec,
  'nerdctl exec': containerExec,
  'nerdctl run': containerRun,
  'kubectl exec': {
    valued: ['-n', '--namespace', '-c', '--container', '--context', '--kubeconfig', '-f'],
    operands: 1,
    dashes: 'allowed',
  },
  'kubectl run': {
    valued: ['-n', '--namespace', '--image', '--context', '-l'],
    operands: 1,
    dashes: 'required',
  },
  'oc exec': { valued: ['-n', '--namespace', '-c', '--container'], operands: 1, dashes: 'allowed' },
  'lxc exec': { valued: ['--user', '--group', '--cwd', '--env'], operands: 1, dashes: 'allowed' },
  'incus exec': { valued: ['--user', '--group', '--cwd', '--env'], operands: 1, dashes: 'allowed' },
  'pct exec': { valued: [], operands: 1, dashes: 'allowed' },
};

/** Options of a program with subcommands that stand before the subcommand and take the next word. */
export const optionsBeforeSubcommand: Readonly<Record<string, readonly string[]>> = {
  docker: ['-H', '--host', '-c', '--context', '--config', '-l'],
  'docker compose': [
    '-f',
    '--file',
    '-p',
    '--project-name',
    '--profile',
    '--env-file',
    '--project-directory',
  ],
  'docker-compose': [
    '-f',
    '--file',
    '-p',
    '--project-name',
    '--profile',
    '--env-file',
    '--project-directory',
  ],
  'docker container': [],
  podman: ['--url', '--connection'],
  'podman-compose': ['-f', '--file', '-p'],
  nerdctl: ['-n', '--namespace'],
  kubectl: ['-n', '--namespace', '--context', '--kubeconfig', '--cluster', '-s'],
  oc: ['-n', '--namespace', '--context'],
  lxc: [],
  incus: [],
  pct: [],
};
