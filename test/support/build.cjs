const { join } = require('node:path');
const { transpile } = require('../../build.cjs');

/** Before all tests: the command as JavaScript, because tests start it some fifty times, and from its sources it starts half as fast. */
module.exports = () => transpile(join(__dirname, '../../.test-build'));
