import { expect } from 'chai';
import { toWatchEvent } from '../../../src/client/watch/events.js';

const tell = (channel: string, message: unknown): unknown =>
  toWatchEvent(channel, JSON.stringify(message));

describe('client/watch: events', () => {
  const KNOWN: readonly (readonly [channel: string, message: object, expected: object])[] = [
    [
      'file:a:b',
      { event: 'put', version: 4, size: 12 },
      { kind: 'file', event: 'put', name: 'a:b', version: 4, size: 12 },
    ],
    [
      'file:a',
      { event: 'delete', version: 5 },
      { kind: 'file', event: 'delete', name: 'a', version: 5 },
    ],
    [
      'lock:a',
      { event: 'granted', mode: 'shared', token: 7, holder: 'ada', address: '1.2.3.4:5', new: 1 },
      {
        kind: 'lock',
        event: 'granted',
        name: 'a',
        mode: 'shared',
        token: 7,
        holder: 'ada',
        address: '1.2.3.4:5',
      },
    ],
    [
      'lock:a',
      { event: 'released', mode: 'exclusive', token: 7 },
      { kind: 'lock', event: 'released', name: 'a', mode: 'exclusive', token: 7 },
    ],
    [
      'lock:a',
      { event: 'expired', mode: 'exclusive', token: 7 },
      { kind: 'lock', event: 'expired', name: 'a', mode: 'exclusive', token: 7 },
    ],
    [
      'lock:a',
      { event: 'broken', token: 7, by: 'bob', reason: 'gone' },
      { kind: 'lock', event: 'broken', name: 'a', token: 7, by: 'bob', reason: 'gone' },
    ],
    [
      'lock:a',
      { event: 'queued', waiting: 3 },
      { kind: 'lock', event: 'queued', name: 'a', waiting: 3 },
    ],
  ];
  for (const [channel, message, expected] of KNOWN) {
    it(`knows ${JSON.stringify(message)} of ${channel}`, () => {
      expect(tell(channel, message)).to.deep.equal(expected);
    });
  }

  const UNKNOWN: readonly (readonly [channel: string, message: string])[] = [
    ['file:a', '{"event":"renamed","version":4}'],
    ['file:a', '{"event":"put","version":"4"}'],
    ['lock:a', '{"event":"released"}'],
    ['lock:a', '{"event":"newer","token":1}'],
    ['other:a', '{"event":"put","version":4,"size":1}'],
    ['file:a', 'no JSON'],
    ['file:a', 'null'],
  ];
  for (const [channel, message] of UNKNOWN) {
    it(`passes ${message} of ${channel} on as it is`, () => {
      const expected = { kind: 'other', event: 'other', channel, message };
      expect(toWatchEvent(channel, message)).to.deep.equal(expected);
    });
  }
});
