const modelName = /^[A-Za-z0-9_.-]{1,64}$/;

/** Distinct models that are read at once; more would mean that something else than models is written there. */
export const maxModels = 32;

/** True for text that may become the label `model`. */
export function isModelName(text: string): boolean {
  return modelName.test(text);
}
