import { userInfo } from 'node:os';

/** Who acts, for the record: the name given, else the user behind sudo, else the user; empty where nobody can say. */
export function operatorName(given: string | undefined): string {
  return (given ?? process.env.SUDO_USER ?? process.env.USER ?? accountName()).slice(0, 128);
}

/** Not every account has a name: a container may run as a user that its system does not list. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
