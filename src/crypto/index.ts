/**
 * The contract between the protocols and cryptography, and the suite that fits the platform. The suites themselves are
 * entries of their own, so that a bundle holds only the one it uses.
 */
export * from './suite.js';
export { defaultSuite } from '#default-suite';
