import { writeGeneratedText } from '../../engine/conf/conf-text.ts';
import type { DeploymentTarget } from '../deployment/deployment-target.ts';
import { requireWithoutDaemon } from '../deployment/schedule-limits.ts';
import { scheduledTasks } from '../deployment/scheduled-task.ts';
import { crontab, scriptPath } from './crontab.ts';
import { taskScript } from './task-script.ts';

const advice = 'Do not edit: change that file and run `holdfast render cron` again.';

/** A crontab of the system without a dot in its name (cron passes over others), and a script for each of its lines. */
export const cronTarget: DeploymentTarget = {
  name: 'cron',
  engine: 'none',
  needsSecrets: false,
  render: (configuration) => {
    const tasks = scheduledTasks(configuration);
    requireWithoutDaemon(configuration, tasks, {
      what: 'a crontab',
      instead: 'Or have the daemon keep the schedules: docs/daemon.md.',
    });
    const scripts = tasks.map((task) => ({
      path: scriptPath(task, configuration),
      text: taskScript(task, configuration),
      mode: 0o755,
    }));
    const table = { path: '/etc/cron.d/holdfast', text: crontab(tasks, configuration), mode: 0o644 };
    return [table, ...scripts].map(({ path, text, mode }) => ({
      path,
      content: writeGeneratedText(text, configuration.file, advice),
      mode,
      owner: 'root',
      secret: false,
    }));
  },
};
