/** The store of the lease did not answer, or not in time. */
export class StoreUnreachable extends Error {
  override readonly name = 'StoreUnreachable';
}
