/** Who acts, for the record: the name given, else the user behind sudo, else the user. */
export function operatorName(given: string | undefined): string {
  return (given ?? process.env.SUDO_USER ?? process.env.USER ?? '').slice(0, 128);
}
