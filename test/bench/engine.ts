import { runBuilt } from './built.js';
import type { EnginePlan } from './engine/measure.js';

/** What the SCIM engine does in memory, in operations per second, beside npm packages that do the same on the same inputs. */
export const measureEngine = (plan: EnginePlan, json: string | undefined): Promise<void> =>
  runBuilt('engine', plan, json);
