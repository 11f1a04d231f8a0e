/** Line and rule. */
export type ExpectedFinding = readonly [number, string];
