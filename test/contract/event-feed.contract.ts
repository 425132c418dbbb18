import { expect } from 'chai';
import type { ChangeEvent, EventFeed } from '../../src/events/event-feed.js';

/** One way of telling events, on two replicas. */
export interface EventFeedFixture {
  /** One replica, and another one (the same, where there can be only one). */
  readonly here: EventFeed;
  readonly there: EventFeed;
  /** Returns when everybody who listens would be told of what is published from now on. */
  ready(): Promise<void>;
  /** Returns when everybody has been told what was published before. */
  arrived(): Promise<void>;
  close(): Promise<void>;
}

/** What every event feed promises, however it tells the other replicas. */
export function describeEventFeed(title: string, start: () => Promise<EventFeedFixture>): void {
  describe(title, () => {
    let fixture: EventFeedFixture;
    let here: EventFeed;
    let there: EventFeed;

    beforeEach(async () => {
      fixture = await start();
      ({ here, there } = fixture);
    });

    afterEach(() => fixture.close());

    const event = (topic: string, message = '{"event":"put"}'): ChangeEvent => ({ topic, message });

    interface Ear {
      readonly heard: ChangeEvent[];
      readonly end: () => void;
    }

    const listen = async (feed: EventFeed): Promise<Ear> => {
      const heard: ChangeEvent[] = [];
      const end = feed.listen((told) => void heard.push(told));
      await fixture.ready();
      return { heard, end };
    };

    const publish = async (feed: EventFeed, ...events: ChangeEvent[]): Promise<void> => {
      for (const each of events) feed.publish(each);
      await fixture.arrived();
    };

    it('tells everybody who listens, wherever, once', async () => {
      const ears = [await listen(here), await listen(here), await listen(there)];
      await publish(here, event('file:a'));
      for (const { heard } of ears) expect(heard).to.deep.equal([event('file:a')]);
      await publish(there, event('file:b'));
      for (const { heard } of ears) expect(heard).to.deep.equal([event('file:a'), event('file:b')]);
    });

    it('tells the events of one replica in their order', async () => {
      const { heard } = await listen(there);
      const events = Array.from({ length: 100 }, (_, index) =>
        event(`file:${index % 3}`, `${index}`),
      );
      await publish(here, ...events);
      expect(heard).to.deep.equal(events);
    });

    it('carries any name and any message', async () => {
      const { heard } = await listen(there);
      const events = [
        event('lock:año/"quoted" \\ [x]*?.txt', '{"by":"\\u0000\\"","reason":"日本 😀 \\n"}'),
        event('file:', ''),
      ];
      await publish(here, ...events);
      expect(heard).to.deep.equal(events);
    });

    it('tells nothing of before, and nothing to whom ended the listening', async () => {
      await publish(here, event('file:before'));
      const [one, other] = [await listen(here), await listen(here)];
      one.end();
      await publish(here, event('file:after'));
      expect(one.heard).to.deep.equal([]);
      expect(other.heard).to.deep.equal([event('file:after')]);
    });

    it('tells nobody who ends the listening of another one meanwhile', async () => {
      const heard: string[] = [];
      const ends = ['one', 'other'].map((who) =>
        here.listen(() => {
          heard.push(who);
          for (const end of ends) end();
        }),
      );
      await fixture.ready();
      await publish(here, event('file:a'));
      expect(heard).to.have.length(1);
    });

    it('takes the same listener twice, and ends each for itself', async () => {
      const heard: string[] = [];
      const listener = ({ topic }: ChangeEvent): void => void heard.push(topic);
      const [end] = [here.listen(listener), here.listen(listener)];
      await fixture.ready();
      await publish(here, event('file:twice'));
      end?.();
      end?.();
      await publish(here, event('file:once'));
      expect(heard).to.deep.equal(['file:twice', 'file:twice', 'file:once']);
    });

    it('can be listened to again after everybody had gone', async () => {
      const first = await listen(there);
      first.end();
      const second = await listen(there);
      await publish(here, event('file:again'));
      expect(first.heard).to.deep.equal([]);
      expect(second.heard).to.deep.equal([event('file:again')]);
    });
  });
}
