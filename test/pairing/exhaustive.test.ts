import { afterAll, describe, expect, test } from 'vitest';
import { stepComputer, type ComputerPhase, type ComputerState } from '../../src/pairing/computer.js';
import type { ConsentKind } from '../../src/pairing/policy.js';
import { stepPhone, type PhoneState } from '../../src/pairing/phone.js';
import { explore, realMachines, type Machines, type Property, type Scenario } from './exhaustive.js';
import { filled, hostAuth, login, signCommit } from './requests.js';

const MINUTE = 60_000;

const defaults = {
  phones: ['A'],
  compareCodes: false,
  requests: [],
  times: 1,
  restarts: 1,
  unpairs: 0,
  leaps: [],
  decisions: [{ approve: true }],
} as const;

const scenarios = {
  handshake: {
    ...defaults,
    name: 'a handshake, two phones and a request that waits',
    phones: ['A', 'B'],
    depth: 13,
    requests: [login('ada')],
    unpairs: 1,
  },
  codes: {
    ...defaults,
    name: 'a handshake with two phones and compared codes',
    phones: ['A', 'B'],
    compareCodes: true,
    phoneComparesCodes: true,
    depth: 13,
    requests: [signCommit()],
    times: 2,
    unpairs: 1,
  },
  requests: {
    ...defaults,
    name: 'requests to a paired phone',
    pairedWith: 'A',
    depth: 8,
    requests: [login('ada', hostAuth()), signCommit()],
    leaps: [10 * MINUTE, 31 * MINUTE],
    times: 2,
    unpairs: 1,
  },
  policies: {
    ...defaults,
    name: 'policies of a paired phone',
    pairedWith: 'A',
    depth: 9,
    requests: [login('ada', hostAuth()), login('ada', hostAuth()), login('eve', hostAuth())],
    decisions: [
      { approve: true, remember: 'this' },
      { approve: true, remember: 'kind' },
    ],
    leaps: [181 * MINUTE],
    restarts: 0,
  },
  hostile: {
    ...defaults,
    name: 'a hostile phone',
    pairedWith: 'M',
    depth: 12,
    requests: [login('ada'), { kind: 'me' }, signCommit()],
    times: 2,
  },
} as const satisfies Record<string, Scenario>;

const report: string[] = [];
afterAll(() => {
  console.log(report.join('\n'));
});

function measured(scenario: Scenario, machines?: Machines): ReturnType<typeof explore> {
  const began = process.cpuUsage();
  const found = explore(scenario, machines);
  const { user, system } = process.cpuUsage(began);
  const seconds = ((user + system) / 1e6).toFixed(1);
  const trace = found.violation ? `: ${found.violation.trace.join(', ')}` : '';
  const depth = `depth ${scenario.depth}${found.complete ? ' (all there is)' : ''}`;
  report.push(`${scenario.name}, ${depth}: ${found.states} states, ${found.transitions} events, ${seconds} s${trace}`);
  return found;
}

// Nothing here waits for anything; a busy machine may take its time.
describe('every interleaving of computer, phones and an adversary', { timeout: 600_000 }, () => {
  test.each(Object.values<Scenario>(scenarios))('$name', (scenario) => {
    const { states, violation } = measured(scenario);
    expect(violation).toBeUndefined();
    expect(states).toBeGreaterThan(1000);
  });
});

interface PlantedBug {
  readonly name: string;
  readonly property: Property;
  readonly scenario: Scenario;
  readonly computer?: Machines['computer'];
  readonly phone?: Machines['phone'];
}

const withPhase = (state: ComputerState, phase: ComputerPhase): ComputerState => ({ ...state, phase });
const neverAsk = (state: PhoneState, ...kinds: ConsentKind[]): PhoneState => ({
  ...state,
  settings: { ...state.settings, neverAsk: kinds },
});

const bugs: readonly PlantedBug[] = [
  {
    name: 'the last key counts, not the first',
    property: 'one-phone',
    scenario: scenarios.handshake,
    computer: (state, event) =>
      event.type === 'key' && state.phase.at === 'greeting'
        ? stepComputer(
            withPhase(state, {
              at: 'showing',
              until: state.phase.hello.sent?.until ?? 0,
            }),
            event,
          )
        : stepComputer(state, event),
  },
  {
    name: 'codes are not compared',
    property: 'one-phone',
    scenario: scenarios.codes,
    computer: (state, event) => stepComputer({ ...state, settings: { ...state.settings, compareCodes: false } }, event),
  },
  {
    name: 'a second key does not matter once a user compares codes',
    property: 'one-phone',
    scenario: scenarios.codes,
    computer: (state, event) => {
      const isSecond = event.type === 'key' && state.phase.at === 'unconfirmed';
      if (!isSecond || !('phonePublicKey' in state.phase)) return stepComputer(state, event);
      const phase = { ...state.phase, phonePublicKey: event.phonePublicKey };
      return { state: { ...withPhase(state, phase), now: event.now }, effects: [] };
    },
  },
  {
    name: 'a phone takes silence for a greeting',
    property: 'one-phone',
    scenario: scenarios.handshake,
    phone: (state, event) =>
      state.phase.at === 'greeting' && event.now >= state.phase.until
        ? { state: { ...state, phase: { at: 'paired' } }, effects: [{ type: 'paired' }] }
        : stepPhone(state, event),
  },
  {
    name: 'no is taken for yes',
    property: 'approved',
    scenario: scenarios.requests,
    phone: (state, event) =>
      stepPhone(state, event.type === 'decided' ? { ...event, decision: { approve: true } } : event),
  },
  {
    name: 'commits are never asked about',
    property: 'approved',
    scenario: scenarios.requests,
    phone: (state, event) => stepPhone(neverAsk(state, 'git-commit'), event),
  },
  {
    name: 'a policy never ends',
    property: 'approved',
    scenario: scenarios.policies,
    phone: (state, event) =>
      stepPhone({ ...state, policies: state.policies.map((policy) => ({ ...policy, until: Infinity })) }, event),
  },
  {
    name: 'a policy for one user covers another',
    property: 'approved',
    scenario: scenarios.policies,
    phone: (state, event) =>
      stepPhone(
        {
          ...state,
          policies: state.policies.map((policy) => ('user' in policy ? { ...policy, user: 'eve' } : policy)),
        },
        event,
      ),
  },
  {
    name: 'what the host proved is not looked at',
    property: 'approved',
    scenario: scenarios.requests,
    phone: (state, event) => stepPhone(state, event.type === 'host-verified' ? { ...event, valid: true } : event),
  },
  {
    name: 'answers are forgotten at a restart',
    property: 'one-answer',
    scenario: scenarios.requests,
    phone: (state, event) => stepPhone(event.type === 'resume' ? { ...state, kept: [] } : state, event),
  },
  {
    name: 'answers are kept for less time than requests are fresh',
    property: 'one-answer',
    scenario: { ...scenarios.requests, requests: [signCommit()] },
    phone: (state, event) =>
      stepPhone({ ...state, kept: state.kept.filter(({ at }) => event.now - at < 5 * MINUTE) }, event),
  },
  {
    name: 'a request that comes again is a new one while it waits',
    property: 'one-answer',
    scenario: scenarios.requests,
    phone: (state, event) =>
      stepPhone(
        event.type === 'request'
          ? { ...state, open: state.open.filter(({ request }) => request.requestId !== event.request.requestId) }
          : state,
        event,
      ),
  },
  {
    name: 'what may have been signed is signed again after a restart',
    property: 'one-answer',
    scenario: scenarios.requests,
    phone: (state, event) => {
      const open = state.open.find(({ at }) => at === 'working');
      if (event.type !== 'resume' || open?.request.body.kind !== 'git-sign') return stepPhone(state, event);
      const { requestId, body } = open.request;
      return { state, effects: [{ type: 'sign', requestId, body, approvedBy: 'user' }] };
    },
  },
  {
    name: 'an acknowledgment is waited on for ever',
    property: 'never-stuck',
    scenario: scenarios.requests,
    computer: (state, event) => {
      const step = stepComputer(state, event);
      const waiting = step.state.waiting.map((request) =>
        request.sent?.acknowledged ? { ...request, sent: { ...request.sent, until: Infinity } } : request,
      );
      return { ...step, state: { ...step.state, waiting } };
    },
  },
  {
    name: 'each acknowledgment gives another minute',
    property: 'never-stuck',
    scenario: scenarios.requests,
    computer: (state, event) => {
      const step = stepComputer(state, event);
      const waiting = step.state.waiting.map((request) =>
        request.sent ? { ...request, sent: { ...request.sent, acknowledged: false } } : request,
      );
      return { ...step, state: { ...step.state, waiting } };
    },
  },
  {
    name: 'who waits is not told of the end',
    property: 'never-stuck',
    scenario: scenarios.handshake,
    computer: (state, event) => {
      const step = stepComputer(state, event);
      return { ...step, effects: step.effects.filter(({ type }) => type !== 'failed') };
    },
  },
  {
    name: 'a phone waits for its greeting for ever',
    property: 'never-stuck',
    scenario: scenarios.handshake,
    phone: (state, event) => {
      const step = stepPhone(state, event);
      const { phase } = step.state;
      return phase.at === 'greeting'
        ? { ...step, state: { ...step.state, phase: { ...phase, until: Infinity } } }
        : step;
    },
  },
  {
    name: 'a question is asked for ever',
    property: 'never-stuck',
    scenario: scenarios.requests,
    phone: (state, event) => {
      const step = stepPhone(state, event);
      const open = step.state.open.map((one) => (one.at === 'asking' ? { ...one, until: Infinity } : one));
      return { ...step, state: { ...step.state, open } };
    },
  },
  {
    name: 'an answer of any kind will do',
    property: 'solicited',
    scenario: scenarios.hostile,
    computer: (state, event) => {
      if (event.type !== 'answer') return stepComputer(state, event);
      const { requestId, body } = event.answer;
      if (body.kind === 'ack' || body.kind === 'unpair') return stepComputer(state, event);
      if (!state.waiting.some((request) => request.requestId === requestId)) return stepComputer(state, event);
      const waiting = state.waiting.filter((request) => request.requestId !== requestId);
      return { state: { ...state, waiting }, effects: [{ type: 'answered', requestId, body }] };
    },
  },
  {
    name: 'an answer belongs to whatever waits longest',
    property: 'solicited',
    scenario: scenarios.hostile,
    computer: (state, event) => {
      const [oldest] = state.waiting;
      if (event.type !== 'answer' || !oldest) return stepComputer(state, event);
      return stepComputer(state, { ...event, answer: { ...event.answer, requestId: oldest.requestId } });
    },
  },
  {
    name: 'an answer that comes again is taken again',
    property: 'solicited',
    scenario: scenarios.requests,
    computer: (state, event) => {
      const step = stepComputer(state, event);
      if (event.type !== 'answer' || !state.finished.includes(event.answer.requestId)) return step;
      const { requestId, body } = event.answer;
      return { ...step, effects: [{ type: 'answered', requestId, body }] };
    },
  },
  {
    name: 'what it sent itself is taken for an answer',
    property: 'solicited',
    scenario: scenarios.requests,
    computer: (state, event) => {
      const [oldest] = state.waiting;
      const isReflected = event.type === 'refused' && event.reason === 'reflected';
      if (!isReflected || !oldest?.sent) return stepComputer(state, event);
      const body = { kind: 'sign', signature: filled(0, 64) } as const;
      const waiting = state.waiting.slice(1);
      return { state: { ...state, waiting }, effects: [{ type: 'answered', requestId: oldest.requestId, body }] };
    },
  },
  {
    name: 'any answer may say where to wake the phone',
    property: 'solicited',
    scenario: scenarios.hostile,
    computer: (state, event) => {
      const step = stepComputer(state, event);
      const snsEndpointArn = event.type === 'answer' ? event.answer.snsEndpointArn : undefined;
      if (snsEndpointArn === undefined || state.phase.at !== 'paired') return step;
      return { ...step, effects: [...step.effects, { type: 'push-endpoint', snsEndpointArn }] };
    },
  },
  {
    name: 'an answer from the user that comes too late throws',
    property: 'drivable',
    scenario: scenarios.requests,
    phone: (state, event) => {
      const isLate = event.type === 'done' && !state.open.some(({ request }) => request.requestId === event.requestId);
      if (isLate) throw new Error('too late');
      return stepPhone(state, event);
    },
  },
];

describe('a planted bug is found', { timeout: 600_000 }, () => {
  test.each(bugs)('$name', ({ name, property, scenario, computer, phone }) => {
    const machines = { computer: computer ?? realMachines.computer, phone: phone ?? realMachines.phone };
    const { violation } = measured({ ...scenario, name: `planted: ${name}` }, machines);
    expect(violation?.property).toBe(property);
  });

  test('there is one for each property', () => {
    const properties = ['one-phone', 'approved', 'one-answer', 'never-stuck', 'solicited', 'drivable'];
    expect([...new Set(bugs.map(({ property }) => property))]).toEqual(properties);
  });
});
