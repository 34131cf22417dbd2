/**
 * Loaded before a process of the product (`node --require`): its clock jumps by FAULTS_CLOCK_JUMP_MS at the first SIGUSR2, back again
 * at the next one, and so on.
 */
const process = require('node:process');

const RealDate = Date;
const jumpMs = Number(process.env['FAULTS_CLOCK_JUMP_MS']);
let offsetMs = 0;
process.on('SIGUSR2', () => {
  offsetMs = jumpMs - offsetMs;
});

globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + offsetMs);
    else super(...given);
  }
  static now() {
    return RealDate.now() + offsetMs;
  }
};
