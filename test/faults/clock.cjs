/**
 * Loaded before a process of the product (`node --require`), whose clock then jumps by FAULTS_CLOCK_JUMP_MS some time after its start and,
 * half as long after that, back again.
 */
const { env } = require('node:process');
const { setTimeout } = require('node:timers');

const RealDate = Date;
const jumpMs = Number(env['FAULTS_CLOCK_JUMP_MS']);
const afterMs = Number(env['FAULTS_CLOCK_AFTER_MS']);
let offsetMs = 0;
setTimeout(() => (offsetMs = jumpMs), afterMs).unref();
setTimeout(() => (offsetMs = 0), afterMs * 1.5).unref();

globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + offsetMs);
    else super(...given);
  }
  static now() {
    return RealDate.now() + offsetMs;
  }
};
