import { Agent } from 'undici';
import type { AddressRanges } from '../../runtime/address-ranges.js';
import { guardedConnect } from './guarded-connect.js';

/** One pool of kept-alive connections per origin. The limits of undici are off: the deadline stands for all of them. */
export const openAgent = (allowed: AddressRanges, deadlineMs: number): Agent =>
  new Agent({ connect: guardedConnect(allowed, deadlineMs), pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
