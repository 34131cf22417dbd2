import { asObject } from '../../simulator/json.js';

/** An object of the management API. */
export type Json = Readonly<Record<string, unknown>>;

/** The items of a list. */
export const listOf = ({ data }: Json): readonly Json[] => (Array.isArray(data) ? data.map(asObject) : []);
