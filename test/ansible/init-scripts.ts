/**
 * A service as the machines start it, who have no systemd.
 *
 * @param unit file without which nothing but its state is known, as systemd has it with a unit that is not there
 */
const service = (name: string, program: string, words: string, unit = '/'): string => `#!/bin/sh
### BEGIN INIT INFO
# Provides:          ${name}
# Required-Start:    $remote_fs
# Required-Stop:     $remote_fs
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: ${name}
### END INIT INFO
pid=/run/${name}.pid
log=/var/log/${name}.log
if [ ! -e ${unit} ] && [ "$1" != status ]; then
  echo "Could not find the requested service ${name}: host" >&2
  exit 5
fi
case $1 in
  start)
    touch $log && chown postgres $log
    start-stop-daemon --start --oknodo --background --make-pidfile --pidfile $pid --chuid postgres:postgres \\
      --chdir / --no-close --startas ${program} -- ${words} >>$log 2>&1
    ;;
  stop) start-stop-daemon --stop --oknodo --remove-pidfile --pidfile $pid --retry TERM/60/KILL/5 ;;
  restart) $0 stop && $0 start ;;
  status)
    if [ -f $pid ] && kill -0 "$(cat $pid)" 2>/dev/null; then echo "${name} is running"; else echo "${name} is stopped"; exit 3; fi
    ;;
  *) exit 2 ;;
esac
`;

/** By name below /etc/init.d. */
export const initScripts: Readonly<Record<string, string>> = {
  patroni: service('patroni', '/usr/bin/patroni', '/etc/patroni/config.yml'),
  holdfast: service(
    'holdfast',
    '/usr/local/bin/holdfast',
    '--config /etc/holdfast/holdfast.yaml serve',
    '/etc/systemd/system/holdfast.service',
  ),
};
