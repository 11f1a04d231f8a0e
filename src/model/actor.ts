/** Who did something and by which means. */
export interface Actor {
  /** Operating system user, through sudo where that was used: `root (sudo: anna)`. */
  readonly user: string;
  readonly host: string;
  /** `cli`: a person's command. `daemon`: a schedule. */
  readonly via: string;
}
