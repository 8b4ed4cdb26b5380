export interface Fault {
  /** what happens, as a person reads it; `MODEL` stands for the model */
  readonly effect: string;
  /** the alert of the catalogue that it is there to raise */
  readonly alert: string;
  /** alerts that the definitions make unavoidable beside it, some of them in certain phases only */
  readonly implied: readonly string[];
}
