/** @type {import('jest').Config} */
export default {
  roots: ['<rootDir>/core', '<rootDir>/adapters', '<rootDir>/packages', '<rootDir>/test', '<rootDir>/examples'],
  testMatch: ['**/*.test.ts'],
  modulePathIgnorePatterns: ['/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  // Tests run the sources of every package, so no build can be stale.
  testEnvironmentOptions: { customExportConditions: ['@filesource/source', 'node', 'node-addons'] },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2023', parser: { syntax: 'typescript', decorators: true }, transform: { legacyDecorator: true, decoratorMetadata: true }, keepClassNames: true },
        module: { type: 'es6' },
      },
    ],
  },
  // A hang is ended, and a slow machine is no failure.
  testTimeout: 180_000,
  maxWorkers: 2,
  // A handle that a test forgot must not keep a finished run from ending; leaks of the product have tests of their own.
  forceExit: true,
  reporters: ['default', '<rootDir>/scripts/count-reporter.mjs'],
};
