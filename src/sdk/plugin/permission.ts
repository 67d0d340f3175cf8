/** A right that a plugin's routes ask for. Access rules name it `<plugin>.<name>`. */
export interface Permission {
  /** Lower-case words joined by dashes. */
  readonly name: string;
  readonly description: string;
}
