/** What differs between Pythons in the language itself, whatever the machine. */
export interface Language {
  /** The second number of Python 3. */
  readonly minor: number;
  readonly pypy: boolean;
}

/** Where no target says another. */
export const usualLanguage: Language = {minor: 12, pypy: false};
