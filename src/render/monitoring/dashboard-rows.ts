import type { PanelRow } from './dashboard-panel.ts';
import { backups, capacity, daemon, wal } from './operation-panels.ts';
import { drills, overview, windows } from './protection-panels.ts';

/** Everything that the dashboard shows, from the question that matters most on. */
export const dashboardRows: readonly PanelRow[] = [overview, windows, drills, backups, wal, capacity, daemon];
