/**
 * The backend as a library, for tests: start it on a free port, give its tokens to the clients under test, close it.
 */
export { configurationFile } from './configuration-file.js';
export { trustingFetch } from './trusting-fetch.js';
export { startServer, type RunningServer, type ServerOptions } from './server.js';
export type { SeenRequest } from './backend/device-service.js';
export type { SeenAccountRequest } from './backend/account-service.js';
export { describeAccountRequest, describeRequest } from './backend/inspect.js';
export type { SessionsOptions } from './backend/sessions.js';
export type { MlKemServerPublicKey, ServerPublicKey } from './backend/key-ring.js';
export type { ThrottleOptions } from './backend/throttle.js';
export type { ServerCertificate } from './certificate.js';
export type { IssuedToken } from './owner.js';
export { EXAMPLE_SEED, type SeedInput } from './seed.js';
