/** What kind of deployment a check-up finds a store on. */
export interface DeploymentFound {
  readonly kind: 'replica set' | 'sharded cluster' | 'single server';
  /** Servers of a replica set that hold data. Undefined of the others: there is one, or it does not say. */
  readonly members?: number;
}

/** The store server's clock against this process's. */
export interface ClockFound {
  /** How far the server's is ahead, in milliseconds, give or take `errorMs`. */
  readonly aheadMs: number;
  readonly errorMs: number;
}
