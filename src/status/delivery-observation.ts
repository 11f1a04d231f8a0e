/** How the delivery of one channel goes. Times are epoch milliseconds. */
export interface ChannelObservation {
  readonly channel: string;
  readonly kind: string;
  readonly waiting: number;
  readonly oldestWaitingSince: number | undefined;
  readonly lastDeliveredAt: number | undefined;
  /** Of the last attempt, when it failed. No secret is in it. */
  readonly failure:
    | {
        readonly at: number;
        readonly problem: string;
        /** In a row, and since when. */
        readonly attempts: number;
        readonly since: number;
      }
    | undefined;
}
