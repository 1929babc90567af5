import { describe, expect, test } from 'vitest';
import { ChannelGroup, REMEMBERED_MESSAGES, type Channel } from '../../src/pairing/channel.js';

interface TestChannel extends Channel {
  readonly sent: Uint8Array[];
  readonly alerts: Uint8Array[];
  deliver(message: Uint8Array): void;
  stopped: boolean;
}

function channel(name: string, changes: Partial<Channel> = {}): TestChannel {
  let receiver: (message: Uint8Array) => void = () => undefined;
  const made: TestChannel = {
    name,
    sent: [],
    alerts: [],
    stopped: false,
    deliver: (message) => {
      receiver(message);
    },
    send: (message) => {
      made.sent.push(message);
      return Promise.resolve();
    },
    alert: (message) => {
      made.alerts.push(message);
      return Promise.resolve();
    },
    receive: (deliver) => {
      receiver = deliver;
      return () => {
        made.stopped = true;
      };
    },
    ...changes,
  };
  return made;
}

const message = (...bytes: number[]): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
const ignore = (): void => undefined;

describe('several channels as one', () => {
  test('every channel sends, each a copy of its own', () => {
    const [first, second] = [channel('first'), channel('second')];
    const group = new ChannelGroup([first, second], ignore);
    const sent = message(1, 2, 3);
    group.send(sent);
    first.sent[0]?.fill(9);
    expect(second.sent).toEqual([message(1, 2, 3)]);
    expect(sent).toEqual(message(1, 2, 3));
  });

  test('a channel that throws, rejects or hangs harms no other, and is reported', async () => {
    const failures: string[] = [];
    const throwing = channel('throwing', {
      send: () => {
        throw new Error('gone');
      },
      alert: () => {
        throw new Error('gone');
      },
    });
    const rejecting = channel('rejecting', { send: () => Promise.reject(new Error('gone')) });
    const hanging = channel('hanging', { send: () => new Promise<void>(ignore) });
    const sound = channel('sound');
    const group = new ChannelGroup([throwing, rejecting, hanging, sound], (name) => failures.push(name));
    group.send(message(1));
    group.alert(message(1));
    await Promise.resolve();
    await Promise.resolve();
    expect(sound.sent).toEqual([message(1)]);
    expect(sound.alerts).toEqual([message(1)]);
    expect(failures).toEqual(['throwing', 'throwing', 'rejecting']);
    expect(group.counters().map(({ sent, sendFailures }) => [sent, sendFailures])).toEqual([
      [2, 2],
      [2, 1],
      [2, 0],
      [2, 0],
    ]);
  });

  test('a channel that cannot receive, or cannot stop, harms no other', () => {
    const failures: string[] = [];
    const deaf = channel('deaf', {
      receive: () => {
        throw new Error('no');
      },
    });
    const endless = channel('endless', {
      receive: () => () => {
        throw new Error('no');
      },
    });
    const sound = channel('sound');
    const group = new ChannelGroup([deaf, endless, sound], (name) => failures.push(name));
    const received: Uint8Array[] = [];
    group.start((bytes) => {
      received.push(bytes);
      return 'key';
    });
    sound.deliver(message(7));
    group.stop();
    sound.deliver(message(8));
    expect(received).toEqual([message(7)]);
    expect(sound.stopped).toBe(true);
    expect(failures).toEqual(['deaf', 'endless']);
  });

  test('a group that is stopped by what a channel delivers at once, or before it starts, leaves no channel running', () => {
    let group = new ChannelGroup([], ignore);
    let stopped = 0;
    const hasty = channel('hasty', {
      receive: (deliver) => {
        deliver(message(1));
        return () => {
          stopped++;
        };
      },
    });
    let begun = 0;
    const late = channel('late', {
      receive: () => {
        begun++;
        return ignore;
      },
    });
    group = new ChannelGroup([hasty, late], ignore);
    group.start(() => {
      group.stop();
      return 'key';
    });
    expect([stopped, begun]).toEqual([1, 0]);
    group = new ChannelGroup([late], ignore);
    group.stop();
    group.start(() => 'key');
    expect(begun).toBe(0);
  });

  test('a channel without alerts sends once more instead', () => {
    const plain = channel('plain');
    delete plain.alert;
    const push = channel('push');
    new ChannelGroup([plain, push], ignore).alert(message(1));
    expect(push.alerts).toHaveLength(1);
    expect(plain.sent).toHaveLength(1);
    expect(push.sent).toHaveLength(0);
  });

  test('first deliveries, duplicates, refusals and misses are counted per channel', () => {
    const [first, second] = [channel('first'), channel('second')];
    const group = new ChannelGroup([first, second], ignore);
    group.start((bytes) => (bytes[0] === 0 ? undefined : String(bytes[0])));
    first.deliver(message(1));
    second.deliver(message(1));
    second.deliver(message(1));
    second.deliver(message(2));
    first.deliver(message(0));
    expect(group.counters()).toEqual([
      { name: 'first', sent: 0, sendFailures: 0, received: 2, first: 1, duplicates: 0, refused: 1, missed: 1 },
      { name: 'second', sent: 0, sendFailures: 0, received: 3, first: 1, duplicates: 2, refused: 0, missed: 0 },
    ]);
  });

  test('what is remembered of received messages is bounded, the oldest forgotten first', () => {
    const only = channel('only');
    const group = new ChannelGroup([only], ignore);
    group.start((bytes) => String(bytes[0]! * 256 + bytes[1]!));
    const number = (value: number): Uint8Array => message(value >> 8, value & 255);
    for (let index = 0; index <= REMEMBERED_MESSAGES; index++) only.deliver(number(index));
    only.deliver(number(1));
    expect(group.counters()[0]?.duplicates).toBe(1);
    only.deliver(number(0));
    expect(group.counters()[0]?.duplicates).toBe(1);
  });
});
