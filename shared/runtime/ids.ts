import { v7 } from 'uuid';

/** A new UUIDv7: ordered by creation within this process, without an underscore (Okta refuses one in a base URL). */
export const newId = (): string => v7();
