import type { RuleFamily } from '../../lint-rule.ts';
import {
  calendarLinesAddUp,
  calendarUnreadable,
  calendarWeekdayDash,
  calendarWithoutZone,
} from './calendar-rules.ts';
import {
  cronExpressionUnreadable,
  cronFileNameIgnored,
  cronPercentUnescaped,
  cronUserMissing,
} from './crontab-rules.ts';
import { backupsMeet, schedulersOverlap } from './meeting-rules.ts';
import { unitPrivateLockPath } from './unit-sandbox-rules.ts';
import { checkScheduled, unitGuardNeverStops, unitIgnoresFailure } from './unit-rules.ts';

/** Crontabs, timers, and what they start. */
export const schedulesRules: RuleFamily = {
  title: 'Schedules',
  rules: [
    calendarLinesAddUp,
    calendarUnreadable,
    calendarWeekdayDash,
    calendarWithoutZone,
    cronExpressionUnreadable,
    cronPercentUnescaped,
    cronUserMissing,
    cronFileNameIgnored,
    backupsMeet,
    schedulersOverlap,
    unitGuardNeverStops,
    unitIgnoresFailure,
    unitPrivateLockPath,
    checkScheduled,
  ],
};
