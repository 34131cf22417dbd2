/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  globalSetup: '<rootDir>/test/support/build.cjs',
  setupFiles: ['<rootDir>/test/support/fast-check-seed.ts'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.ts$': '<rootDir>/test/support/transform.cjs' },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.test-build'],
  // What a test waits for has deadlines of its own, which say what did not come; this one ends a test that hangs besides.
  testTimeout: 600_000,
  // More than cores: a good part of the time tests wait for processes and for time to pass.
  maxWorkers: 3,
  collectCoverageFrom: ['shared/**/*.ts'],
  coverageThreshold: { global: { lines: 90 } },
};
