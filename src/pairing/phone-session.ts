import { nobleBox, type Box, type BoxPrivateKey, type BoxSuite } from '../crypto/box.js';
import { copyBytes, equalBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';
import type { MakeChannels, PairingAddress } from './channel.js';
import { systemClock, type Clock } from './clock.js';
import { consentTo, type Consent } from './consent.js';
import {
  createPairingKey,
  loadPairing,
  nonceText,
  randomId,
  SAVED_FORMAT,
  tell,
  type SavedSession,
  type SessionCounters,
} from './driver.js';
import { encodeCiphertextMessage, encodeKeyMessage, type PairingMessage } from './envelope.js';
import { encodeGitContent } from './git.js';
import { comparisonCode, queueNames } from './identity.js';
import {
  decodeRequest,
  encodeAnswer,
  UNKNOWN_ERROR,
  type AnswerBody,
  type Me,
  type MeRequest,
  type PairingAnswer,
  type UserAtHost,
} from './messages.js';
import {
  phoneWake,
  startPhone,
  stepPhone,
  type PhoneEffect,
  type PhoneEnd,
  type PhoneEvent,
  type PhoneReport,
  type PhoneState,
} from './phone.js';
import type { ConsentKind, Decision, HostPin, Policy } from './policy.js';
import { decodeQrText } from './qr.js';
import {
  completeSignData,
  parseSignData,
  publicKeyFingerprint,
  signatureAlgorithm,
  verifyHostSignature,
  type SshSignatureAlgorithm,
} from './ssh.js';
import { MachineSession, type SharedSessionEvent } from './session.js';
import type { PairingStore } from './store.js';
import { PROTOCOL_VERSION } from './version.js';

export type { Consent, ConsentFact, ConsentFactName } from './consent.js';
export type { SessionCounters } from './driver.js';
export type { RefusalCounters, RefusalReason } from './machine.js';
export type { SharedSessionEvent } from './session.js';
export * from './phone.js';
export * from './policy.js';

/** The keys of a phone, as objects that sign: this library never sees their private bytes. */
export interface PhoneKeys {
  readonly ssh?: SshSigner;
  readonly git?: GitSigner;
  readonly u2f?: U2fSigner;
}

export interface SshSigner {
  /** The public key in SSH's wire form. */
  readonly publicKey: Bytes;
  /**
   * Signs exactly `data` with the algorithm named, one of those of the wire ("ssh-ed25519", "rsa-sha2-256"), and gives
   * the signature without the algorithm's name.
   */
  sign(data: Bytes, algorithm: SshSignatureAlgorithm): Promise<Uint8Array>;
}

export interface GitSigner {
  /**
   * Signs a commit or a tag, whose bytes `content` are already put together, with the OpenPGP key of the user id.
   *
   * @returns an OpenPGP signature packet
   */
  sign(content: Bytes, userId: string): Promise<Uint8Array>;
  /**
   * The OpenPGP public key as packets. `userId` is the one that the computer wants it to have: its word, on which nobody
   * is asked. So choose among the user ids that the key's owner gave it, and certify none for a computer.
   */
  publicKey?(userId: string | undefined): Promise<Uint8Array>;
}

export interface U2fSigner {
  register(
    challenge: Bytes,
    appId: string,
  ): Promise<{
    readonly publicKey: Uint8Array;
    readonly keyHandle: Uint8Array;
    readonly attestationCertificate: Uint8Array;
    readonly signature: Uint8Array;
  }>;
  /** Counts up for every signature, durably, before it gives one. Undefined: not a key handle of ours. */
  authenticate(
    challenge: Bytes,
    appId: string,
    keyHandle: Bytes,
  ): Promise<{ readonly publicKey: Uint8Array; readonly signature: Uint8Array; readonly counter: number } | undefined>;
}

/** What {@link startPhoneSession} needs. */
export interface PhoneSessionOptions {
  /** What the phone scanned. Needed for a new pairing only: a stored one goes on without. */
  readonly qrText?: string;
  readonly channels: MakeChannels;
  readonly store: PairingStore;
  /** What the computer learns about the user and the keys. Without key fields, they are taken from `keys`. */
  readonly me: Me | ((request: MeRequest) => Me | Promise<Me>);
  readonly keys: PhoneKeys;
  /** The answer to `hosts`. Default: no hosts. */
  readonly hosts?: () => Promise<{ readonly hosts: readonly UserAtHost[]; readonly pgpUserIds: readonly string[] }>;
  /** Asks the user. The signal is aborted when nothing waits for the decision any more. A rejection is a no. */
  readonly ask: (consent: Consent, signal: AbortSignal) => Promise<Decision>;
  /**
   * Has the user compare the code before anything is answered. Default: the code comes as an event, and that is all.
   * A stored pairing whose code is still to be compared ends as `denied` without this.
   * The signal is aborted when nothing waits for the decision any more. A rejection is a no.
   */
  readonly confirm?: (code: string, signal: AbortSignal) => Promise<boolean>;
  /** Whether `hostKey` made `signature` over `sessionId`. Default: `verifyHostSignature`. */
  readonly verifyHost?: (hostKey: Bytes, signature: Bytes, sessionId: Bytes) => Promise<boolean>;
  /**
   * Host keys that this phone knows, from its other pairings too. They go before what the pairing itself has stored;
   * the event `pinned` tells what they lack. A name is forgotten by {@link PhoneSession.pin} with null, and here.
   */
  readonly pins?: readonly HostPin[];
  /** Kinds that are never asked about. A login always is, unless its host is verified and pinned. Default: none. */
  readonly neverAsk?: readonly ConsentKind[];
  /** Sign under ssh-rsa, with SHA-1. Default: false. */
  readonly allowSha1?: boolean;
  /** Where computers send what wakes this phone. */
  readonly snsEndpointArn?: string | null;
  /** Must not throw: what it throws is lost. */
  readonly onEvent?: (event: PhoneSessionEvent) => void;
  /** Default: the platform's. */
  readonly clock?: Clock;
  /** Default: `nobleBox`. */
  readonly box?: BoxSuite;
}

/** What a phone's session tells its caller on the way. */
export type PhoneSessionEvent =
  /** The code of both keys, to be compared with the computer's. */
  | { readonly type: 'comparison-code'; readonly code: string }
  /** The pairing is complete; told again by a run that goes on with it. */
  | { readonly type: 'paired' }
  /** A key was used. */
  | { readonly type: 'signed'; readonly requestId: string; readonly approvedBy: 'user' | 'policy' }
  /** A key, `me` or `hosts` failed; the computer hears that something did. */
  | { readonly type: 'failed'; readonly requestId: string; readonly error: unknown }
  /** A host key was approved under a name for the first time: keep it for every pairing of this phone. */
  | { readonly type: 'pinned'; readonly pin: HostPin }
  /** Something happened that was not acted on. */
  | { readonly type: 'report'; readonly report: PhoneReport; readonly requestId: string }
  | SharedSessionEvent<PhoneEnd>;

/** A pairing as the phone has it. Made by {@link startPhoneSession}; close it when it is no longer needed. */
export interface PhoneSession {
  readonly address: PairingAddress;
  /** What the computer calls itself, as it came in the QR: it may hold anything (`Consent.computer` can be shown). */
  readonly computer: string;
  /** The code of both keys. */
  readonly comparisonCode: string;
  /** Resolves once the computer has greeted this phone. Rejects with `pairing-ended` when the pairing ends before. */
  readonly paired: Promise<void>;
  /** Resolves with the reason once the pairing has ended for good. */
  readonly ended: Promise<PhoneEnd>;
  /** Learns a host key from another pairing, or forgets a name's with null. */
  pin(hostName: string, hostKey: Uint8Array | null): void;
  /** The approvals that hold without asking. */
  policies(): readonly Policy[];
  /** Revokes all of them. */
  askAgain(): void;
  /** Tells computers from now on where to send what wakes this phone. */
  setPushEndpoint(snsEndpointArn: string | null): void;
  counters(): SessionCounters;
  /**
   * Tells the computer that the pairing is over, ends it and forgets its key.
   *
   * @throws VaultwireError `request-canceled` when the session is closed, or its store fails, before that is done
   */
  unpair(): Promise<void>;
  /** Stops this run. What waits is kept in the store. */
  close(): Promise<void>;
}

/**
 * Answers a scanned QR code, or goes on with the pairing in the store, where it stood.
 *
 * @throws VaultwireError what `decodeQrText` throws; `point-invalid` when the QR's key is none; `argument-invalid` when
 *   there is neither a QR text nor a stored pairing, or a stored one with another computer; `configuration-invalid`
 *   when the store holds something else; and what the store throws
 */
export async function startPhoneSession(options: PhoneSessionOptions): Promise<PhoneSession> {
  const suite = options.box ?? nobleBox;
  const qr = options.qrText === undefined ? undefined : decodeQrText(options.qrText);
  const loaded = await loadPairing<SavedPhone>(options.store, suite, 'phone');
  if (loaded && loaded.saved.state.phase.at !== 'ended') {
    if (qr && !equalBytes(qr.publicKey, loaded.saved.computer.publicKey)) {
      throw new VaultwireError('argument-invalid', 'store: expected none for a new pairing, found another computer');
    }
    return new Session(options, suite, loaded.key, loaded.saved.computer, loaded.saved);
  }
  // An ended pairing that is still there: the run that ended it was cut off before it could clear the store.
  if (loaded) await options.store.clear();
  if (!qr) throw new VaultwireError('argument-invalid', 'qrText: expected one, as no pairing is stored');
  // A key that shares nothing is refused before anything is stored for it.
  suite.generateKey().shared(qr.publicKey);
  const key = await createPairingKey(options.store, suite);
  return new Session(options, suite, key, { publicKey: qr.publicKey, name: qr.name });
}

/** What the phone knows of the computer: what was in the QR. */
interface Computer {
  readonly publicKey: Bytes;
  readonly name: string;
}

interface SavedPhone extends SavedSession<PhoneState> {
  readonly role: 'phone';
  readonly computer: Computer;
}

class Session extends MachineSession<PhoneState, PhoneEvent, PhoneEffect, void, PhoneEnd> implements PhoneSession {
  readonly computer: string;
  readonly comparisonCode: string;
  readonly #options: PhoneSessionOptions;
  readonly #suite: BoxSuite;
  readonly #publicKey: Bytes;
  readonly #computer: Computer;
  readonly #box: Box;
  /** How to take back what the user is being asked. */
  readonly #questions = new Map<string, AbortController>();

  constructor(
    options: PhoneSessionOptions,
    suite: BoxSuite,
    key: BoxPrivateKey,
    computer: Computer,
    saved?: SavedPhone,
  ) {
    const { toPhone, toComputer } = queueNames(computer.publicKey);
    const now = (options.clock ?? systemClock).now();
    const started = startPhone({
      now,
      version: PROTOCOL_VERSION,
      compareCodes: options.confirm !== undefined,
      fingerprints: options.keys.ssh ? [publicKeyFingerprint(options.keys.ssh.publicKey)] : [],
      neverAsk: options.neverAsk ?? [],
      allowSha1: options.allowSha1 ?? false,
      pins: options.pins ?? [],
      snsEndpointArn: options.snsEndpointArn ?? null,
    });
    super({
      options,
      address: { identifier: toPhone, sendQueue: toComputer, receiveQueue: toPhone },
      step: stepPhone,
      wake: phoneWake,
      // What the caller sets holds for this run, whatever held for an earlier one.
      state: saved ? { ...saved.state, settings: started.state.settings } : started.state,
      nonces: saved?.nonces,
      // Only phones send keys.
      kinds: ['ciphertext'],
    });
    this.#options = options;
    this.#suite = suite;
    this.#publicKey = key.publicKey;
    this.#computer = computer;
    this.computer = computer.name;
    this.#box = key.shared(computer.publicKey);
    this.comparisonCode = comparisonCode(computer.publicKey, this.#publicKey);
    if (saved) this.#resume(started.state.pins);
    else this.driver.apply(started);
    // A request that came before the state is resumed would be taken for one that an earlier run left behind.
    this.startChannels();
  }

  pin(hostName: string, hostKey: Uint8Array | null): void {
    this.#dispatch({ type: 'pin', hostName, hostKey: hostKey && copyBytes(hostKey) });
  }

  policies(): readonly Policy[] {
    return structuredClone(this.driver.state.policies);
  }

  askAgain(): void {
    this.#dispatch({ type: 'ask-again' });
  }

  setPushEndpoint(snsEndpointArn: string | null): void {
    this.#dispatch({ type: 'push-endpoint', snsEndpointArn });
  }

  counters(): SessionCounters {
    return this.countersWith(this.driver.state.counters.expired);
  }

  unpair(): Promise<void> {
    return this.endBy(() => {
      this.#dispatch({ type: 'unpair', requestId: randomId(this.#suite) });
    });
  }

  /** Goes on from a stored state, with the pins that the caller and the state have. */
  #resume(pins: readonly HostPin[]): void {
    const known = (list: readonly HostPin[], { hostName, hostKey }: HostPin): boolean =>
      list.some((pin) => pin.hostName === hostName && equalBytes(pin.hostKey, hostKey));
    const before = this.driver.state.pins;
    for (const pin of pins) if (!known(before, pin)) this.pin(pin.hostName, pin.hostKey);
    // Pinned by a run that was cut off before its caller heard of it.
    for (const pin of this.driver.state.pins) {
      if (!known(pins, pin)) tell(this.#options.onEvent, { type: 'pinned', pin: structuredClone(pin) });
    }
    this.#dispatch({ type: 'resume' });
  }

  #dispatch(event: WithoutTime<PhoneEvent>): void {
    this.driver.dispatch({ ...event, now: this.clock.now() });
  }

  protected document(state: PhoneState): SavedPhone {
    return { format: SAVED_FORMAT, role: 'phone', computer: this.#computer, nonces: this.nonces.list(), state };
  }

  protected open({ sealed }: PairingMessage): Bytes {
    return this.#box.open(sealed);
  }

  protected read(_kind: PairingMessage['kind'], opened: Bytes, now: number): PhoneEvent {
    return { now, type: 'request', request: decodeRequest(opened) };
  }

  protected prepare(effect: PhoneEffect): () => void {
    const { onEvent } = this.#options;
    switch (effect.type) {
      case 'send-key': {
        const message = encodeKeyMessage(this.#computer.publicKey, this.#publicKey, this.#suite);
        this.nonces.add(nonceText(message.subarray(1)));
        return () => {
          tell(onEvent, { type: 'comparison-code', code: this.comparisonCode });
          this.channels.send(message);
        };
      }
      case 'send': {
        const message = this.#seal(effect.answer);
        return () => {
          if (message) this.channels.send(message);
        };
      }
      case 'compare-codes':
        return () => {
          void this.#compareCodes();
        };
      case 'paired':
        return () => {
          this.pairing.resolve();
          tell(onEvent, { type: 'paired' });
        };
      case 'verify-host':
        return () => {
          void this.#verifyHost(effect);
        };
      case 'ask':
        return () => {
          void this.#ask(effect);
        };
      case 'withdraw':
        return () => {
          this.#questions.get(effect.requestId)?.abort();
        };
      case 'sign':
        return () => {
          void this.#work(effect.requestId, async () => {
            const body = await this.#sign(effect.body);
            if (body) tell(onEvent, { type: 'signed', requestId: effect.requestId, approvedBy: effect.approvedBy });
            return body;
          });
        };
      case 'describe':
        return () => {
          void this.#work(effect.requestId, () => this.#describe(effect.body));
        };
      case 'pin':
        return () => {
          tell(onEvent, { type: 'pinned', pin: structuredClone(effect.pin) });
        };
      case 'report':
        return () => {
          tell(onEvent, effect);
        };
      case 'ended':
        return () => {
          void this.end(effect.reason);
        };
    }
  }

  #seal(answer: PairingAnswer): Bytes | undefined {
    let message: Bytes;
    try {
      message = encodeCiphertextMessage(this.#box, encodeAnswer(answer));
    } catch (error) {
      // Too long with its push endpoint: the computer gives up in time.
      tell(this.#options.onEvent, { type: 'failed', requestId: answer.requestId, error });
      return undefined;
    }
    this.nonces.add(nonceText(message.subarray(1)));
    return message;
  }

  async #compareCodes(): Promise<void> {
    let same = false;
    try {
      // An earlier run was told to compare: without anybody to do it in this one, nobody has said yes.
      same = (await this.#options.confirm?.(this.comparisonCode, this.comparing.signal)) ?? false;
    } catch {
      // A prompt that fails has not said yes.
    }
    if (this.driver.state.phase.at === 'unconfirmed') this.#dispatch({ type: same ? 'confirm' : 'deny' });
  }

  async #verifyHost(effect: Extract<PhoneEffect, { readonly type: 'verify-host' }>): Promise<void> {
    const { requestId, hostKey, signature, sessionId } = effect;
    const { verifyHost = verifyHostSignature } = this.#options;
    let valid = false;
    try {
      valid = await verifyHost(copyBytes(hostKey), copyBytes(signature), copyBytes(sessionId));
    } catch (error) {
      tell(this.#options.onEvent, { type: 'failed', requestId, error });
    }
    if (this.#isAt(requestId, 'verifying')) this.#dispatch({ type: 'host-verified', requestId, valid });
  }

  async #ask(effect: Extract<PhoneEffect, { readonly type: 'ask' }>): Promise<void> {
    const { requestId, subject, until } = effect;
    const controller = new AbortController();
    this.#questions.set(requestId, controller);
    let decision: Decision = { approve: false };
    try {
      const consent = consentTo(subject, { requestId, computer: this.computer, until });
      const said = await this.#options.ask(consent, controller.signal);
      // Read here: what is no decision is no approval either.
      if (said.approve) decision = { approve: true, remember: said.remember };
    } catch {
      // A prompt that fails has not said yes.
    }
    this.#questions.delete(requestId);
    if (this.#isAt(requestId, 'asking')) this.#dispatch({ type: 'decided', requestId, decision });
  }

  /** Does what was approved and answers; undefined is an answer that the phone cannot give. */
  async #work(requestId: string, make: () => Promise<AnswerBody | undefined>): Promise<void> {
    let body: AnswerBody | undefined;
    try {
      body = await make();
      // Written here first: a key that gives no signature must not stop the machine.
      if (body) encodeAnswer({ requestId, version: PROTOCOL_VERSION, body });
    } catch (error) {
      body = undefined;
      tell(this.#options.onEvent, { type: 'failed', requestId, error });
    }
    if (!this.#isAt(requestId, 'working')) return;
    this.#dispatch(body ? { type: 'done', requestId, body } : { type: 'not-done', requestId, error: UNKNOWN_ERROR });
  }

  async #sign(body: Extract<PhoneEffect, { readonly type: 'sign' }>['body']): Promise<AnswerBody | undefined> {
    const { ssh, git, u2f } = this.#options.keys;
    switch (body.kind) {
      case 'sign': {
        if (!ssh) return undefined;
        const { allowSha1 = false } = this.#options;
        const algorithm = signatureAlgorithm(parseSignData(body.data, { allowSha1 }), ssh.publicKey);
        const data = completeSignData(body.data, ssh.publicKey, body.hostAuth?.hostKey, { allowSha1 });
        return { kind: 'sign', signature: copyBytes(await ssh.sign(data, algorithm)) };
      }
      case 'git-sign': {
        if (!git) return undefined;
        const signature = await git.sign(encodeGitContent(body.content), body.userId);
        return { kind: 'git-sign', signature: copyBytes(signature) };
      }
      case 'u2f-register': {
        if (!u2f) return undefined;
        const made = await u2f.register(copyBytes(body.challenge), body.appId);
        return {
          kind: 'u2f-register',
          publicKey: copyBytes(made.publicKey),
          keyHandle: copyBytes(made.keyHandle),
          attestationCertificate: copyBytes(made.attestationCertificate),
          signature: copyBytes(made.signature),
        };
      }
      case 'u2f-authenticate': {
        const made = await u2f?.authenticate(copyBytes(body.challenge), body.appId, copyBytes(body.keyHandle));
        if (!made) return undefined;
        const { publicKey, signature, counter } = made;
        return { kind: 'u2f-authenticate', publicKey: copyBytes(publicKey), signature: copyBytes(signature), counter };
      }
    }
  }

  async #describe(body: Extract<PhoneEffect, { readonly type: 'describe' }>['body']): Promise<AnswerBody> {
    const { me, hosts, keys } = this.#options;
    if (body.kind === 'hosts') {
      const { hosts: list, pgpUserIds } = (await hosts?.()) ?? { hosts: [], pgpUserIds: [] };
      return structuredClone({ kind: 'hosts', hosts: list, pgpUserIds });
    }
    const given = structuredClone(typeof me === 'function' ? await me(body) : me);
    if (body.u2fOnly === true) return { kind: 'me', me: given };
    const publicKeyWire = given.publicKeyWire ?? (keys.ssh && copyBytes(keys.ssh.publicKey));
    const pgp = given.pgpPublicKey ?? (await keys.git?.publicKey?.(body.pgpUserId));
    return {
      kind: 'me',
      me: { ...given, ...(publicKeyWire && { publicKeyWire }), ...(pgp && { pgpPublicKey: copyBytes(pgp) }) },
    };
  }

  #isAt(requestId: string, at: PhoneState['open'][number]['at']): boolean {
    return this.driver.state.open.some((open) => open.request.requestId === requestId && open.at === at);
  }

  protected stopping(): void {
    for (const question of this.#questions.values()) question.abort();
    this.#questions.clear();
  }
}

type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'now'> : never;
