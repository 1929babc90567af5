import {
  computerWake,
  startComputer,
  stepComputer,
  type ComputerEvent,
  type ComputerState,
  type ComputerStep,
} from '../../src/pairing/computer.js';
import type { AnswerBody, PairingAnswer, PairingRequest, RequestBody } from '../../src/pairing/messages.js';
import {
  phoneWake,
  startPhone,
  stepPhone,
  type PhoneEvent,
  type PhoneState,
  type PhoneStep,
} from '../../src/pairing/phone.js';
import { POLICY_MILLISECONDS, type Decision } from '../../src/pairing/policy.js';
import { FINGERPRINT, filled } from './requests.js';

/*
 * Every interleaving, to a depth, of one computer, honest phones and an adversary who owns the network. Whatever was
 * ever sent may be delivered at any later moment, to either side, any number of times or never: loss, duplication,
 * reordering, delay, replay and reflection are all of this. The adversary also has a phone of its own, `M`.
 *
 * A box is modeled by what it guarantees: whoever holds neither key can neither read nor make a message.
 */

/** What must hold in every state, and what a planted bug must be found by. */
export type Property =
  /** Never two phones paired, and where codes are compared never another than the user's. */
  | 'one-phone'
  /** Never a signature without an approval of this request, or a policy that covers it. */
  | 'approved'
  /** Never a request shown or signed twice, or answered twice differently. */
  | 'one-answer'
  /** Never stuck without a timeout. */
  | 'never-stuck'
  /** Never an answer accepted that was reflected or not asked for, never a request settled twice. */
  | 'solicited'
  /** Nothing that a driver may do in a state throws. */
  | 'drivable';

class Violation extends Error {
  readonly property: Property;
  constructor(property: Property, detail: string) {
    super(detail);
    this.property = property;
  }
}

export interface Machines {
  readonly computer: (state: ComputerState, event: ComputerEvent) => ComputerStep;
  readonly phone: (state: PhoneState, event: PhoneEvent) => PhoneStep;
}

export const realMachines: Machines = { computer: stepComputer, phone: stepPhone };

export interface Scenario {
  readonly name: string;
  /** How many events a path has at most. */
  readonly depth: number;
  /** Honest phones; the user's own is `A`. */
  readonly phones: readonly ('A' | 'B')[];
  readonly compareCodes: boolean;
  readonly phoneComparesCodes?: boolean;
  /** Who is paired when the exploration begins. */
  readonly pairedWith?: 'A' | 'M';
  /** What the computer's user may ask for, each once, in this order. */
  readonly requests: readonly RequestBody[];
  /** How many steps of time, restarts, and ends of the pairing by a user a path has at most. */
  readonly times: number;
  readonly restarts: number;
  readonly unpairs: number;
  /** How far time may leap, beside up to what is due next, in milliseconds. */
  readonly leaps: readonly number[];
  /** What users do when they are asked, beside rejecting. */
  readonly decisions: readonly Extract<Decision, { approve: true }>[];
}

export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** Whether no path goes on: deeper there is nothing that was not seen. */
  readonly complete: boolean;
  /** The property that does not hold and the events that lead there; undefined when all hold. */
  readonly violation?: { readonly property: Property; readonly detail: string; readonly trace: readonly string[] };
}

type PhoneName = 'A' | 'B' | 'M';
type Message =
  | { readonly kind: 'key'; readonly by: PhoneName }
  | { readonly kind: 'request'; readonly to: PhoneName; readonly request: PairingRequest }
  | { readonly kind: 'answer'; readonly by: PhoneName; readonly answer: PairingAnswer };

/** Everything that is so at one moment. Machines and messages by their numbers. */
interface World {
  readonly computer: number;
  readonly phones: readonly number[];
  /** Everything ever sent. */
  readonly sent: readonly number[];
  /** What drivers and users have begun and not finished: `A sign r0`. */
  readonly jobs: readonly string[];
  /** What properties need to remember. */
  readonly facts: ReadonlyMap<string, string>;
  readonly now: number;
  readonly asked: number;
  readonly times: number;
  readonly restarts: number;
  readonly unpairs: number;
}

/** The same, while one event is being worked out. */
type Draft = { -readonly [K in keyof World]: World[K] } & {
  phones: number[];
  jobs: string[];
  facts: Map<string, string>;
};

/** A message as it arrives at one end. */
type Arriving =
  { readonly at: 'C'; readonly event: ComputerEvent } | { readonly at: PhoneName; readonly event: PhoneEvent };

const START = 1_700_000_000_000;
const HELLO = 'hello';
const KEYS = { A: filled(0xa), B: filled(0xb), M: filled(0xf) };
const nameOf = (key: Uint8Array): PhoneName => (key[0] === 0xa ? 'A' : key[0] === 0xb ? 'B' : 'M');
const isSame = (a: Uint8Array, b: Uint8Array): boolean => a[0] === b[0];

const hexes = new WeakMap<Uint8Array, string>();
const hex = (bytes: Uint8Array): string => {
  let known = hexes.get(bytes);
  if (known === undefined) hexes.set(bytes, (known = Buffer.from(bytes).toString('hex')));
  return known;
};
const text = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) => (member instanceof Uint8Array ? hex(member) : member));

const messageKeys = new WeakMap<object, string>();
/** Messages come again and again, and are long. */
function eventKey(event: ComputerEvent | PhoneEvent): string {
  if (event.type === 'refused') return `refused ${event.now} ${event.reason}`;
  if (event.type === 'key') return `key ${event.now} ${hex(event.phonePublicKey)}`;
  const content = 'answer' in event ? event.answer : 'request' in event ? event.request : undefined;
  if (!content) return text(event);
  let key = messageKeys.get(content);
  if (key === undefined) messageKeys.set(content, (key = text(content)));
  return `${event.type} ${event.now} ${key}`;
}

/** Explores a scenario breadth first, so that what it finds is found by a shortest path. */
export function explore(scenario: Scenario, machines: Machines = realMachines): Exploration {
  const model = new Model(scenario, machines);
  const seen = new Set<string>();
  const from: { readonly parent: number; readonly label: string }[] = [];
  let transitions = 0;
  const traceTo = (index: number, last: string): string[] => {
    const trace = [last];
    for (let at = from[index]; at && at.parent >= 0; at = from[at.parent]) trace.unshift(at.label);
    return trace;
  };
  let frontier: { readonly world: World; readonly index: number }[] = [];
  const visit = (world: World, parent: number, label: string, into: typeof frontier): void => {
    const key = worldKey(world);
    if (seen.has(key)) return;
    seen.add(key);
    into.push({ world, index: from.push({ parent, label }) - 1 });
  };
  visit(model.start(), -1, '', frontier);
  for (let depth = 0; depth < scenario.depth && frontier.length > 0; depth++) {
    const next: typeof frontier = [];
    for (const { world, index } of frontier) {
      for (const label of model.events(world)) {
        transitions++;
        try {
          const after = model.apply(world, label);
          if (after !== world) visit(after, index, label, next);
        } catch (error) {
          if (!(error instanceof Violation)) throw error;
          const violation = { property: error.property, detail: error.message, trace: traceTo(index, label) };
          return { states: seen.size, transitions, complete: false, violation };
        }
      }
    }
    frontier = next;
  }
  return { states: seen.size, transitions, complete: frontier.length === 0 };
}

const worldKey = (world: World): string =>
  [
    world.computer,
    world.phones.join(),
    world.sent.join(),
    [...world.jobs].sort().join(),
    [...world.facts].map(String).sort().join(),
    world.now - START,
    world.asked,
    world.times,
    world.restarts,
    world.unpairs,
  ].join('|');

/** The states of one machine by number. Each state is kept once, and each of its steps taken once. */
class Interned<State extends { readonly now: number }, Step extends { readonly state: State }> {
  readonly #states: State[] = [];
  readonly #ids = new Map<string, number>();
  readonly #steps = new Map<string, { readonly id: number; readonly step: Step }>();
  readonly #canonical: (state: State) => State;
  readonly #check: (state: State, now: number) => void;

  /** @param check is called once for each state, with the time of the event that led to it first */
  constructor(canonical: (state: State) => State, check: (state: State, now: number) => void) {
    this.#canonical = canonical;
    this.#check = check;
  }

  intern(state: State): number {
    // Time does not run backwards here, so the time of the last event changes nothing.
    const canonical = { ...this.#canonical(state), now: 0 };
    const key = text(canonical);
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#states.push(canonical) - 1;
      this.#ids.set(key, id);
      this.#check(canonical, state.now);
    }
    return id;
  }

  state(id: number): State {
    return this.#states[id]!;
  }

  step(id: number, key: string, take: (state: State) => Step): { readonly id: number; readonly step: Step } {
    let taken = this.#steps.get(`${id} ${key}`);
    if (!taken) {
      let step: Step;
      try {
        step = take(this.state(id));
      } catch (error) {
        throw new Violation('drivable', String(error));
      }
      taken = { id: this.intern(step.state), step };
      this.#steps.set(`${id} ${key}`, taken);
    }
    return taken;
  }
}

class Model {
  readonly #scenario: Scenario;
  readonly #machines: Machines;
  readonly #messages: Message[] = [];
  readonly #messageIds = new Map<string, number>();
  readonly #computers: Interned<ComputerState, ComputerStep>;
  readonly #phones: Interned<PhoneState, PhoneStep>;

  constructor(scenario: Scenario, machines: Machines) {
    this.#scenario = scenario;
    this.#machines = machines;
    this.#computers = new Interned<ComputerState, ComputerStep>(
      (state) => ({ ...state, counters: startComputer(computerOptions(true)).state.counters }),
      (state, now) => {
        this.#checkComputerEnds(state, now);
      },
    );
    this.#phones = new Interned<PhoneState, PhoneStep>(
      (state) => ({ ...state, counters: PHONE_COUNTERS }),
      (state, now) => {
        this.#checkPhoneEnds(state, now);
      },
    );
  }

  start(): World {
    const scenario = this.#scenario;
    const computer = startComputer(computerOptions(scenario.compareCodes));
    const phone = startPhone({
      now: START,
      version: '2.4.4',
      fingerprints: [FINGERPRINT],
      compareCodes: scenario.phoneComparesCodes ?? false,
    });
    let world: World = {
      computer: this.#computers.intern(computer.state),
      phones: scenario.phones.map(() => this.#phones.intern(phone.state)),
      sent: scenario.phones.map((by) => this.#message({ kind: 'key', by })),
      jobs: [],
      facts: new Map(),
      now: START,
      asked: 0,
      times: 0,
      restarts: 0,
      unpairs: 0,
    };
    const first = scenario.pairedWith;
    if (first === undefined) return world;
    const opening =
      first === 'A'
        ? [`deliver ${this.#message({ kind: 'key', by: 'A' })} C`, 'hello A', 'A describe hello done', 'me A']
        : ['forge key', 'forge hello me'];
    for (const label of [...opening, ...(scenario.compareCodes ? ['C compare confirm'] : [])]) {
      // The messages of the handshake have no number before they are sent.
      const sent = (kind: Message['kind']): number => world.sent.find((id) => this.#messages[id]?.kind === kind) ?? -1;
      const actual =
        label === 'hello A' ? `deliver ${sent('request')} A` : label === 'me A' ? `deliver ${sent('answer')} C` : label;
      world = this.apply(world, actual);
    }
    return world;
  }

  /** Everything that can happen next. */
  events(world: World): string[] {
    const scenario = this.#scenario;
    const computer = this.#computers.state(world.computer);
    const events: string[] = [];
    for (const id of world.sent) {
      events.push(`deliver ${id} C`);
      if (this.#messages[id]?.kind === 'key') continue;
      for (const name of scenario.phones) events.push(`deliver ${id} ${name}`);
    }
    events.push('forge key', 'forge garbage C');
    for (const name of scenario.phones) events.push(`forge garbage ${name}`);
    const { phase } = computer;
    if ('phonePublicKey' in phase && nameOf(phase.phonePublicKey) === 'M') {
      for (const id of [HELLO, ...scenario.requests.slice(0, world.asked).map((_, index) => `r${index}`), 'other']) {
        for (const kind of Object.keys(FORGED)) events.push(`forge ${id} ${kind}`);
      }
    }
    for (const job of world.jobs) {
      for (const outcome of this.#outcomes(job, phase)) events.push(`${job} ${outcome}`);
    }
    if (world.asked < scenario.requests.length) events.push('C request');
    if (world.asked > 0) events.push('C cancel');
    if (world.unpairs < scenario.unpairs) {
      events.push('C unpair');
      for (const name of scenario.phones) events.push(`${name} unpair`);
    }
    if (world.restarts < scenario.restarts) {
      events.push('C restart');
      for (const name of scenario.phones) events.push(`${name} restart`);
    }
    const wakes = [
      { name: 'C', wake: computerWake(computer) },
      ...scenario.phones.map((name, index) => ({ name, wake: phoneWake(this.#phones.state(world.phones[index]!)) })),
    ];
    for (const { name, wake } of wakes) if (wake !== null && wake <= world.now) events.push(`${name} tick`);
    if (world.times < scenario.times) {
      const later = wakes.flatMap(({ wake }) => (wake !== null && wake > world.now ? [wake - world.now] : []));
      if (later.length > 0) events.push(`time ${Math.min(...later)}`);
      for (const leap of scenario.leaps) events.push(`time ${leap}`);
    }
    return events;
  }

  /** The world after an event; the same one when nothing comes of it. */
  apply(world: World, label: string): World {
    const [subject = '', verb = '', object = '', outcome = ''] = label.split(' ');
    const arriving = subject === 'deliver' || subject === 'forge' ? this.#arriving(world, subject, verb, object) : null;
    if (arriving && this.#isIgnored(world, arriving)) return world;
    const draft: Draft = {
      ...world,
      phones: [...world.phones],
      jobs: [...world.jobs],
      facts: new Map(world.facts),
    };
    if (arriving?.at === 'C') {
      this.#computer(draft, arriving.event);
    } else if (arriving) {
      this.#phone(draft, arriving.at, arriving.event);
    } else if (subject === 'time') {
      draft.now += Number(verb);
      draft.times++;
    } else if (subject === 'C') {
      this.#computerLocal(draft, verb, object);
    } else {
      this.#phoneLocal(draft, subject as PhoneName, verb, object, outcome);
    }
    this.#checkOnePhone(draft);
    return draft;
  }

  #arriving({ computer, now }: World, subject: string, what: string, to: string): Arriving {
    if (subject === 'forge') return this.#forged(what, to, now);
    const message = this.#messages[Number(what)]!;
    if (to !== 'C') {
      const at = to as PhoneName;
      if (message.kind === 'request' && message.to === at) {
        return { at, event: { type: 'request', request: message.request, now } };
      }
      const reason = message.kind === 'answer' && message.by === at ? 'reflected' : 'does-not-open';
      return { at, event: { type: 'refused', reason, now } };
    }
    if (message.kind === 'key') return { at: 'C', event: { type: 'key', phonePublicKey: KEYS[message.by], now } };
    const { phase } = this.#computers.state(computer);
    const peer = 'phonePublicKey' in phase ? nameOf(phase.phonePublicKey) : undefined;
    if (message.kind === 'answer' && message.by === peer) {
      return { at: 'C', event: { type: 'answer', answer: message.answer, now } };
    }
    const reason = message.kind === 'request' && message.to === peer ? 'reflected' : 'does-not-open';
    return { at: 'C', event: { type: 'refused', reason, now } };
  }

  /** What the adversary makes by itself: its own key, answers under it where the computer took it, and noise. */
  #forged(what: string, kind: string, now: number): Arriving {
    if (what === 'garbage') {
      const event = { type: 'refused', reason: 'malformed', now } as const;
      return kind === 'C' ? { at: kind, event } : { at: kind as PhoneName, event };
    }
    if (what === 'key') return { at: 'C', event: { type: 'key', phonePublicKey: KEYS.M, now } };
    const answer = { requestId: what, version: '2.4.4', snsEndpointArn: 'arn:M', body: FORGED[kind]! };
    return { at: 'C', event: { type: 'answer', answer, now } };
  }

  #isIgnored(world: World, { at, event }: Arriving): boolean {
    if (at === 'C') {
      const { id, step } = this.#stepComputer(world.computer, event);
      return id === world.computer && step.effects.length === 0;
    }
    const before = world.phones[this.#scenario.phones.indexOf(at as 'A')]!;
    const { id, step } = this.#stepPhone(before, event);
    return id === before && step.effects.length === 0;
  }

  #stepComputer(id: number, event: ComputerEvent): { readonly id: number; readonly step: ComputerStep } {
    return this.#computers.step(id, eventKey(event), (state) => this.#machines.computer(state, event));
  }

  #stepPhone(id: number, event: PhoneEvent): { readonly id: number; readonly step: PhoneStep } {
    return this.#phones.step(id, eventKey(event), (state) => this.#machines.phone(state, event));
  }

  #computerLocal(draft: Draft, verb: string, object: string): void {
    const { now } = draft;
    switch (verb) {
      case 'request': {
        const body = this.#scenario.requests[draft.asked]!;
        const requestId = `r${draft.asked++}`;
        this.#computer(draft, { type: 'request', requestId, body, now });
        return;
      }
      case 'cancel':
        this.#computer(draft, { type: 'cancel', requestId: `r${draft.asked - 1}`, now });
        return;
      case 'compare':
        draft.jobs = draft.jobs.filter((job) => job !== 'C compare');
        if (object === 'confirm') draft.facts.set('C confirmed', '');
        this.#computer(draft, { type: object as 'confirm' | 'deny', now });
        return;
      case 'unpair':
        draft.unpairs++;
        this.#computer(draft, { type: 'unpair', requestId: `u${draft.unpairs}`, now });
        return;
      case 'restart':
        draft.restarts++;
        draft.jobs = draft.jobs.filter((job) => !job.startsWith('C '));
        draft.computer = this.#computers.intern(structuredClone(this.#computers.state(draft.computer)));
        this.#computer(draft, { type: 'resume', now });
        return;
      default:
        this.#computer(draft, { type: 'tick', now });
    }
  }

  #phoneLocal(draft: Draft, name: PhoneName, verb: string, object: string, outcome: string): void {
    const { now } = draft;
    const index = this.#scenario.phones.indexOf(name as 'A');
    const finish = (): void => {
      draft.jobs = draft.jobs.filter((job) => job !== [name, verb, object].filter(Boolean).join(' '));
    };
    switch (verb) {
      case 'verify': {
        finish();
        if (outcome === 'valid') draft.facts.set(`${name} verified ${object}`, '');
        this.#phone(draft, name, { type: 'host-verified', requestId: object, valid: outcome === 'valid', now });
        return;
      }
      case 'ask': {
        finish();
        const decision = this.#scenario.decisions[Number(outcome)] ?? { approve: false };
        if (decision.approve) {
          draft.facts.set(`${name} approved ${object}`, '');
          if (decision.remember) draft.facts.set(`${name} remembers ${object} ${decision.remember}`, String(now));
        }
        this.#phone(draft, name, { type: 'decided', requestId: object, decision, now });
        return;
      }
      case 'sign':
      case 'describe': {
        finish();
        const open = this.#phones.state(draft.phones[index]!).open.find(({ request }) => request.requestId === object);
        const body = bodyFor(open?.request.body.kind ?? 'sign', draft.facts.get(`${name} signed ${object}`) ?? '0');
        if (outcome === 'done') this.#phone(draft, name, { type: 'done', requestId: object, body, now });
        else this.#phone(draft, name, { type: 'not-done', requestId: object, now });
        return;
      }
      case 'compare':
        draft.jobs = draft.jobs.filter((job) => job !== `${name} compare`);
        this.#phone(draft, name, { type: object as 'confirm' | 'deny', now });
        return;
      case 'unpair':
        draft.unpairs++;
        this.#phone(draft, name, { type: 'unpair', requestId: `u${draft.unpairs}`, now });
        return;
      case 'restart':
        draft.restarts++;
        draft.jobs = draft.jobs.filter((job) => !job.startsWith(`${name} `));
        for (const fact of draft.facts.keys()) if (fact.startsWith(`${name} shown `)) draft.facts.delete(fact);
        draft.phones[index] = this.#phones.intern(structuredClone(this.#phones.state(draft.phones[index]!)));
        this.#phone(draft, name, { type: 'resume', now });
        return;
      default:
        this.#phone(draft, name, { type: 'tick', now });
    }
  }

  #outcomes(job: string, phase: ComputerState['phase']): string[] {
    const [name, verb] = job.split(' ');
    switch (verb) {
      case 'verify':
        return ['valid', 'invalid'];
      case 'ask':
        return [...this.#scenario.decisions.map((_, index) => String(index)), 'no'];
      case 'compare': {
        // The user looks at both displays: where the computer has another phone's key the codes differ.
        const isSame = name !== 'C' || ('phonePublicKey' in phase && nameOf(phase.phonePublicKey) === 'A');
        return isSame ? ['confirm', 'deny'] : ['deny'];
      }
      default:
        return ['done', 'not-done'];
    }
  }

  /** Takes a step of the computer and checks what it does. */
  #computer(draft: Draft, event: ComputerEvent): void {
    const before = this.#computers.state(draft.computer);
    const { id, step } = this.#stepComputer(draft.computer, event);
    const after = this.#computers.state(id);
    draft.computer = id;
    if ('phonePublicKey' in before.phase && 'phonePublicKey' in after.phase) {
      const isKept = isSame(before.phase.phonePublicKey, after.phase.phonePublicKey);
      if (!isKept) throw new Violation('one-phone', "the first phone's key was replaced");
    }
    const waiting = before.phase.at === 'greeting' ? [before.phase.hello] : before.waiting;
    const asked = event.type === 'answer' ? waiting.find((one) => one.requestId === event.answer.requestId) : undefined;
    const answers = (requestId: string): boolean => Boolean(asked?.sent) && asked?.requestId === requestId;
    for (const effect of step.effects) {
      switch (effect.type) {
        case 'send': {
          const { phase } = 'phonePublicKey' in after.phase ? after : before;
          if (!('phonePublicKey' in phase)) throw new Violation('drivable', 'a request for nobody');
          this.#send(draft, { kind: 'request', to: nameOf(phase.phonePublicKey), request: effect.request });
          break;
        }
        case 'compare-codes':
          draft.jobs = [...new Set([...draft.jobs, 'C compare'])];
          break;
        case 'paired':
          if (this.#scenario.compareCodes && !draft.facts.has('C confirmed')) {
            throw new Violation('one-phone', 'paired before the codes were compared');
          }
          break;
        case 'answered': {
          const isNoOp = effect.body === null && event.type !== 'answer';
          const isAnswer = answers(effect.requestId) && effect.body?.kind === asked?.body.kind;
          if (!isNoOp && !isAnswer) throw new Violation('solicited', `${effect.requestId} was not answered by this`);
          this.#settle(draft, effect.requestId);
          break;
        }
        case 'failed': {
          const { code } = effect.error;
          const isRefusal = code === 'request-rejected' || code === 'request-failed';
          if (isRefusal && !answers(effect.requestId)) throw new Violation('solicited', `${effect.requestId} refused`);
          this.#settle(draft, effect.requestId);
          break;
        }
        case 'push-endpoint':
        case 'acknowledged':
          if (event.type !== 'answer' || !asked?.sent) {
            const isKnown = effect.type === 'push-endpoint' && event.type === 'confirm';
            if (!isKnown) throw new Violation('solicited', `${effect.type} without a request`);
          }
          break;
        case 'ended':
          draft.jobs = draft.jobs.filter((job) => job !== 'C compare');
          break;
        default:
          break;
      }
    }
  }

  #settle(draft: Draft, requestId: string): void {
    const fact = `C settled ${requestId}`;
    if (draft.facts.has(fact)) throw new Violation('solicited', `${requestId} was settled twice`);
    draft.facts.set(fact, '');
  }

  /** Takes a step of a phone and checks what it does. */
  #phone(draft: Draft, name: PhoneName, event: PhoneEvent): void {
    const index = this.#scenario.phones.indexOf(name as 'A');
    const before = draft.phones[index]!;
    const { id, step } = this.#stepPhone(before, event);
    draft.phones[index] = id;
    const begin = (job: string): void => {
      draft.jobs = [...new Set([...draft.jobs, `${name} ${job}`])];
    };
    for (const effect of step.effects) {
      switch (effect.type) {
        case 'send-key':
          this.#send(draft, { kind: 'key', by: name });
          break;
        case 'send':
          this.#checkAnswer(draft, name, effect.answer);
          this.#send(draft, { kind: 'answer', by: name, answer: effect.answer });
          break;
        case 'compare-codes':
          begin('compare');
          break;
        case 'verify-host':
          begin(`verify ${effect.requestId}`);
          break;
        case 'ask': {
          const fact = `${name} shown ${effect.requestId}`;
          if (draft.facts.has(fact)) throw new Violation('one-answer', `${effect.requestId} was shown twice`);
          draft.facts.set(fact, '');
          begin(`ask ${effect.requestId}`);
          break;
        }
        case 'withdraw':
          draft.jobs = draft.jobs.filter((job) => job !== `${name} ask ${effect.requestId}`);
          break;
        case 'sign': {
          const { requestId, approvedBy, body } = effect;
          const times = Number(draft.facts.get(`${name} signed ${requestId}`) ?? '0');
          if (times > 0) throw new Violation('one-answer', `${requestId} was signed twice`);
          draft.facts.set(`${name} signed ${requestId}`, String(times + 1));
          const isApproved =
            approvedBy === 'user'
              ? draft.facts.has(`${name} approved ${requestId}`)
              : this.#isRemembered(draft, name, body);
          if (!isApproved) throw new Violation('approved', `${requestId} is signed without an approval`);
          const needsProof = body.kind === 'sign' && body.hostAuth;
          if (needsProof && !draft.facts.has(`${name} verified ${requestId}`)) {
            throw new Violation('approved', `${requestId} is signed for a host that proved nothing`);
          }
          begin(`sign ${requestId}`);
          break;
        }
        case 'describe':
          begin(`describe ${effect.requestId}`);
          break;
        case 'ended':
          draft.jobs = draft.jobs.filter((job) => job !== `${name} compare`);
          break;
        default:
          break;
      }
    }
  }

  /** Whether this phone's user has said, in the last 3 hours, that this need not be asked. */
  #isRemembered(draft: Draft, name: PhoneName, body: RequestBody): boolean {
    return this.#scenario.requests.some((request, index) => {
      const since = (scope: string): number =>
        Number(draft.facts.get(`${name} remembers r${index} ${scope}`) ?? -Infinity) + POLICY_MILLISECONDS;
      if (request.kind !== body.kind) return false;
      if (request.kind !== 'sign' || body.kind !== 'sign') return draft.now < Math.max(since('this'), since('kind'));
      if (!request.hostAuth?.hostNames.length || !body.hostAuth?.hostNames.length) return false;
      const isThis = text([request.data, request.hostAuth]) === text([body.data, body.hostAuth]);
      const until = isThis ? since('this') : -Infinity;
      return draft.now < Math.max(until, since('kind'));
    });
  }

  #checkAnswer(draft: Draft, name: PhoneName, answer: PairingAnswer): void {
    const { requestId, body } = answer;
    if (body.kind === 'ack' || body.kind === 'unpair') return;
    const fact = `${name} answered ${requestId}`;
    const said = String(this.#message({ kind: 'answer', by: name, answer }));
    const before = draft.facts.get(fact);
    if (before !== undefined && before !== said) throw new Violation('one-answer', `${requestId} answered differently`);
    draft.facts.set(fact, said);
    if ('signature' in body && !draft.facts.has(`${name} signed ${requestId}`)) {
      throw new Violation('approved', `${requestId} is answered with a signature that nobody asked for`);
    }
  }

  #checkOnePhone(draft: Draft): void {
    const paired = new Set<PhoneName>();
    const { phase } = this.#computers.state(draft.computer);
    if (phase.at === 'paired') paired.add(nameOf(phase.phonePublicKey));
    if (phase.at === 'paired' && this.#scenario.compareCodes && nameOf(phase.phonePublicKey) !== 'A') {
      if (this.#scenario.pairedWith !== 'M')
        throw new Violation('one-phone', "paired with another phone than the user's");
    }
    this.#scenario.phones.forEach((name, index) => {
      if (this.#phones.state(draft.phones[index]!).phase.at === 'paired') paired.add(name);
    });
    if (paired.size > 1) throw new Violation('one-phone', `paired: ${[...paired].sort().join(' and ')}`);
  }

  /** With nothing but time, a computer comes to rest within three minutes, and everybody who waits hears of it. */
  #checkComputerEnds(from: ComputerState, now: number): void {
    const owed = new Set(from.waiting.map(({ requestId }) => requestId));
    for (const { sent } of from.phase.at === 'greeting' ? [from.phase.hello] : from.waiting) {
      const longest = sent && sent.unixSeconds * 1000 + (from.phase.at === 'greeting' ? 151_000 : 91_000);
      if (longest !== null && sent && sent.until > longest) throw new Violation('never-stuck', 'a wait without an end');
    }
    let state = from;
    for (let ticks = 0; ticks < 20; ticks++) {
      const wake = computerWake(state);
      if (wake === null) break;
      if (wake > now + 151_000) throw new Violation('never-stuck', `the computer waits in ${state.phase.at}`);
      const step = this.#machines.computer(state, { type: 'tick', now: Math.max(now, wake) });
      for (const effect of step.effects) if (effect.type === 'failed') owed.delete(effect.requestId);
      state = step.state;
    }
    const isAtRest = state.phase.at === 'paired' || state.phase.at === 'ended';
    if (!isAtRest || owed.size > 0) throw new Violation('never-stuck', `the computer stays in ${state.phase.at}`);
  }

  /** With nothing but time, a phone comes to rest within half an hour. */
  #checkPhoneEnds(from: PhoneState, now: number): void {
    let state = from;
    for (let ticks = 0; ticks < 20; ticks++) {
      const wake = phoneWake(state);
      if (wake === null) break;
      if (wake > now + 31 * 60_000) throw new Violation('never-stuck', `the phone waits in ${state.phase.at}`);
      ({ state } = this.#machines.phone(state, { type: 'tick', now: Math.max(now, wake) }));
    }
    const isAtRest = (state.phase.at === 'paired' || state.phase.at === 'ended') && state.open.length === 0;
    if (!isAtRest) throw new Violation('never-stuck', `the phone stays in ${state.phase.at}`);
  }

  #send(draft: Draft, message: Message): void {
    const id = this.#message(message);
    if (!draft.sent.includes(id)) draft.sent = [...draft.sent, id].sort((a, b) => a - b);
  }

  #message(message: Message): number {
    const key = text(message);
    let id = this.#messageIds.get(key);
    if (id === undefined) {
      id = this.#messages.push(message) - 1;
      this.#messageIds.set(key, id);
    }
    return id;
  }
}

const computerOptions = (compareCodes: boolean): Parameters<typeof startComputer>[0] => ({
  now: START,
  publicKey: filled(0xc),
  helloId: HELLO,
  version: '2.4.4',
  compareCodes,
});

const PHONE_COUNTERS = startPhone({ now: START, version: '2.4.4' }).state.counters;

/** What a phone of the adversary's says. */
const FORGED: Readonly<Record<string, AnswerBody>> = {
  ack: { kind: 'ack' },
  me: { kind: 'me', me: { email: 'M' } },
  sign: { kind: 'sign', signature: filled(0xf, 64) },
  no: { kind: 'sign', error: 'rejected' },
  'git-sign': { kind: 'git-sign', signature: filled(0xf, 64) },
  unpair: { kind: 'unpair' },
};

/** An answer of an honest phone; each signature that is made is another one. */
function bodyFor(kind: RequestBody['kind'], times: string): AnswerBody {
  switch (kind) {
    case 'me':
      return { kind, me: { email: 'A' } };
    case 'hosts':
      return { kind, hosts: [], pgpUserIds: [] };
    case 'git-sign':
      return { kind, signature: filled(Number(times), 64) };
    case 'u2f-authenticate':
      return { kind, publicKey: filled(4, 65), signature: filled(Number(times), 70), counter: Number(times) };
    default:
      return { kind: 'sign', signature: filled(Number(times), 64) };
  }
}
