import { runBuilt } from './built.js';
import type { SendPlan } from './send/main.js';

/** Signed attempts per second through the sender alone, without the store, beside a bare undici loop of the same bytes. */
export const measureSend = (plan: SendPlan, json: string | undefined): Promise<void> => runBuilt('send', plan, json);
