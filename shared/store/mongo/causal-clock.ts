import type { mongo } from 'mongoose';

/**
 * Carries what this process has seen from one session into the next. Sessions cannot be shared by calls that run at once, and
 * after an election a majority read outside a session that knows the last write may miss that write.
 */
export interface CausalClock {
  startSession(client: mongo.MongoClient): mongo.ClientSession;
  /** Takes over what the session has seen. */
  observe(session: mongo.ClientSession): void;
}

export function createCausalClock(): CausalClock {
  let operationTime: mongo.Timestamp | undefined;
  let clusterTime: mongo.ClusterTime | undefined;
  return {
    startSession(client) {
      const session = client.startSession({ causalConsistency: true });
      if (clusterTime !== undefined) session.advanceClusterTime(clusterTime);
      if (operationTime !== undefined) session.advanceOperationTime(operationTime);
      return session;
    },
    observe(session) {
      operationTime = later(operationTime, session.operationTime);
      const seen = session.clusterTime;
      if (seen !== undefined && later(clusterTime?.clusterTime, seen.clusterTime) === seen.clusterTime)
        clusterTime = seen;
    },
  };
}

/** Standalone servers tell no time. */
function later(known: mongo.Timestamp | undefined, seen: mongo.Timestamp | undefined): mongo.Timestamp | undefined {
  if (known === undefined || seen === undefined) return seen ?? known;
  return seen.greaterThan(known) ? seen : known;
}
