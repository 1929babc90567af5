export * from './document.js';
export type * from './items.js';
export {
  digestForLedger,
  emptyTrustLedger,
  forget,
  LEDGER_LIMITS,
  observe,
  pinName,
  type AllowedChange,
  type Forgotten,
  type LedgerObservation,
  type LedgerPolicy,
  type LedgerReport,
  type ObservedItem,
  type PartReport,
  type PinKind,
  type PublicKeyPin,
  type Suspicion,
  type TrustLedger,
} from './observe.js';
export * from './observations.js';
export * from './secrets.js';
export { traceOf, tracesOf } from './traces.js';
