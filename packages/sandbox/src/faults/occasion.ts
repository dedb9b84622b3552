/** When something shows: from the first time on and always, unless it says otherwise. */
export interface Occasion {
  /** Shows so many times and then no more. */
  readonly times?: number;
  /** Lets so many pass before. */
  readonly after?: number;
}
