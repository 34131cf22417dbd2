import type { Endpoint } from '../../shared/store/registry.js';
import { admit, CLOSED, learn, type Breaker, type Sign } from './breaker.js';
import { fullBucket, giveBack, takeToken, type Bucket } from '../../shared/runtime/token-bucket.js';

/** Which endpoints may get a request now: those that are enabled, within their rate limit, and whose breaker is not open. */
export interface Admission {
  /** Counts a request to the endpoint, when one may start now. What is left of a deleted one starts too, and is canceled. */
  admit(endpoint: Endpoint | undefined): boolean;
  /** What came of a request that was counted. */
  learn(endpointId: string, sign: Sign): void;
  /** How many endpoints get nothing but probes. */
  readonly broken: number;
}

interface Gate {
  breaker: Breaker;
  bucket: Bucket | undefined;
}

/** `onTime` is called when one that was refused may be asked about again. */
export function createAdmission(onTime: () => void, now: () => number = () => performance.now()): Admission {
  const gates = new Map<string, Gate>();
  const refuse = createAlarm(onTime, now);
  return {
    admit(endpoint) {
      if (endpoint?.enabled !== true) return endpoint === undefined;
      const { id, rateLimit } = endpoint;
      const gate = gates.get(id) ?? { breaker: CLOSED, bucket: undefined };
      const breaker = admit(gate.breaker, now());
      if ('notBefore' in breaker) return refuse(breaker.notBefore);
      if (rateLimit === null) gate.bucket = undefined;
      else {
        const full = fullBucket(rateLimit.perSecond, now());
        const bucket = takeToken(gate.bucket ?? full, rateLimit.perSecond, now());
        if ('notBefore' in bucket) return refuse(bucket.notBefore);
        gate.bucket = bucket;
      }
      gate.breaker = breaker;
      gates.set(id, gate);
      return true;
    },
    learn(endpointId, sign) {
      const gate = gates.get(endpointId);
      if (gate === undefined) return;
      gate.breaker = learn(gate.breaker, sign, now());
      if (sign === 'unsent' && gate.bucket !== undefined) gate.bucket = giveBack(gate.bucket);
      if (gate.breaker === CLOSED && gate.bucket === undefined) gates.delete(endpointId);
    },
    get broken() {
      return [...gates.values()].filter(({ breaker }) => breaker.state !== 'closed').length;
    },
  };
}

/** Rings at the first of the times that it is given; Infinity is none. Answers false, for who is put off until then. */
function createAlarm(onTime: () => void, now: () => number): (at: number) => false {
  let due = Infinity;
  let timer: NodeJS.Timeout | undefined;
  const ring = (): void => {
    due = Infinity;
    onTime();
  };
  return (at) => {
    if (at < due) {
      due = at;
      clearTimeout(timer);
      timer = setTimeout(ring, Math.max(at - now(), 1)).unref();
    }
    return false;
  };
}
