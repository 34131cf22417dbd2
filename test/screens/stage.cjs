const dns = require('node:dns');
const { Socket } = require('node:net');
const { env } = require('node:process');

/**
 * Loaded into the process that is photographed, before anything else: its clock is STAGE_BEHIND_MS behind, so that a day's work is
 * done in a minute, and the host application that its endpoints name is the receiver on STAGE_RECEIVER_PORT.
 */
const behindMs = Number(env['STAGE_BEHIND_MS']);
const RealDate = Date;
class StageDate extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [StageDate.now()] : parts));
  }
  static now() {
    return RealDate.now() - behindMs;
  }
}
globalThis.Date = StageDate;

const { lookup } = dns;
dns.lookup = (name, ...rest) => lookup(name.endsWith('.example') ? '127.0.0.1' : name, ...rest);

const { connect } = Socket.prototype;
Socket.prototype.connect = function (...parts) {
  const [options] = Array.isArray(parts[0]) ? parts[0] : parts;
  if (options?.port === 80 || options?.port === '80') options.port = Number(env['STAGE_RECEIVER_PORT']);
  return connect.apply(this, parts);
};
