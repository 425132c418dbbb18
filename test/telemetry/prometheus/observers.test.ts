import { expect } from 'chai';
import { KnownCommands } from '../../../src/telemetry/prometheus/known-commands.js';
import { KnownScripts } from '../../../src/telemetry/prometheus/known-scripts.js';
import { MetricsRegistry } from '../../../src/telemetry/prometheus/metrics-registry.js';
import { PromCommandObserver } from '../../../src/telemetry/prometheus/prom-command-observer.js';
import { PromConnectionObserver } from '../../../src/telemetry/prometheus/prom-connection-observer.js';
import { PromFileObserver } from '../../../src/telemetry/prometheus/prom-file-observer.js';
import { PromLockObserver } from '../../../src/telemetry/prometheus/prom-lock-observer.js';
import { PromSubscriptionObserver } from '../../../src/telemetry/prometheus/prom-subscription-observer.js';
import { PromTableObserver } from '../../../src/telemetry/prometheus/prom-table-observer.js';
import { moved, samples } from './samples.js';

describe('The Prometheus observers', () => {
  let registry: MetricsRegistry;

  beforeEach(() => {
    registry = new MetricsRegistry();
  });

  const seriesOf = async (metric: string): Promise<string[]> =>
    [...(await samples(registry))]
      .filter(([, value]) => value === 0)
      .map(([series]) => series)
      .filter((series) => series === metric || series.startsWith(`${metric}{`));

  describe('of connections', () => {
    let observer: PromConnectionObserver;

    beforeEach(() => {
      observer = new PromConnectionObserver(registry);
    });

    it('has every series at zero from the start', async () => {
      const all = await samples(registry);
      expect([...all.values()].every((value) => value === 0)).to.equal(true);
      const dialects = (metric: string) =>
        ['resp', 'text', 'unknown'].map((dialect) => `${metric}{dialect="${dialect}"}`);
      expect([...all.keys()]).to.have.members([
        ...dialects('candado_connections_open'),
        ...dialects('candado_connections_total'),
        ...['limit', 'tls', 'proxy', 'draining'].map(
          (reason) => `candado_connections_rejected_total{reason="${reason}"}`,
        ),
        ...dialects('candado_received_bytes_total').slice(0, 2),
        ...dialects('candado_sent_bytes_total').slice(0, 2),
      ]);
    });

    it('follows a connection from its opening over its first byte to its end', async () => {
      expect(await moved(registry, () => observer.opened('unknown'))).to.deep.equal({
        'candado_connections_open{dialect="unknown"}': 1,
      });
      expect(await moved(registry, () => observer.identified('text'))).to.deep.equal({
        'candado_connections_open{dialect="unknown"}': -1,
        'candado_connections_open{dialect="text"}': 1,
        'candado_connections_total{dialect="text"}': 1,
      });
      expect(await moved(registry, () => observer.closed('text'))).to.deep.equal({
        'candado_connections_open{dialect="text"}': -1,
      });
    });

    it('counts one that never said anything when it ends', async () => {
      observer.opened('unknown');
      expect(await moved(registry, () => observer.closed('unknown'))).to.deep.equal({
        'candado_connections_open{dialect="unknown"}': -1,
        'candado_connections_total{dialect="unknown"}': 1,
      });
    });

    it('counts one whose dialect is known from the start', async () => {
      expect(await moved(registry, () => observer.opened('resp'))).to.deep.equal({
        'candado_connections_open{dialect="resp"}': 1,
        'candado_connections_total{dialect="resp"}': 1,
      });
    });

    it('counts refusals and bytes', async () => {
      expect(await moved(registry, () => observer.rejected('proxy'))).to.deep.equal({
        'candado_connections_rejected_total{reason="proxy"}': 1,
      });
      expect(await moved(registry, () => observer.received('resp', 17))).to.deep.equal({
        'candado_received_bytes_total{dialect="resp"}': 17,
      });
      expect(await moved(registry, () => observer.sent('text', 5))).to.deep.equal({
        'candado_sent_bytes_total{dialect="text"}': 5,
      });
    });
  });

  describe('of commands', () => {
    let observer: PromCommandObserver;

    beforeEach(() => {
      observer = new PromCommandObserver(registry, new KnownCommands(['TIME', 'LOCK']));
    });

    it('has every command, and unknown, with every outcome at zero from the start', async () => {
      const outcomes =
        'ok locked timeout notlocked fenced conflict checksum corrupt deadlock unavailable name toobig busy noauth noperm noproto err';
      expect(await seriesOf('candado_commands_total')).to.have.members(
        ['time', 'lock', 'unknown'].flatMap((command) =>
          outcomes
            .split(' ')
            .map((outcome) => `candado_commands_total{command="${command}",outcome="${outcome}"}`),
        ),
      );
      expect(await seriesOf('candado_command_duration_seconds_count')).to.have.length(3);
      expect(await seriesOf('candado_time_latency_seconds_count')).to.have.length(1);
    });

    it('counts a command by its outcome, and times it', async () => {
      const change = await moved(registry, () => {
        observer.answered('LOCK', 'locked', 2);
        observer.took('LOCK', 0.25, 2);
      });
      expect(change).to.deep.equal({
        'candado_commands_total{command="lock",outcome="locked"}': 2,
        'candado_command_duration_seconds_sum{command="lock"}': 0.5,
        'candado_command_duration_seconds_count{command="lock"}': 2,
      });
    });

    it('makes no series of names that clients make up', async () => {
      const before = (await samples(registry)).size;
      const change = await moved(registry, () => {
        observer.answered('EVIL-1', 'err', 1);
        observer.took('EVIL-1', 0.25, 1);
        observer.answered('__proto__', 'err', 1);
        observer.took('__proto__', 0.25, 1);
        observer.answered('UNKNOWN', 'ok', 1);
        observer.took('UNKNOWN', 0.5, 1);
      });
      expect(change).to.deep.equal({
        'candado_commands_total{command="unknown",outcome="err"}': 2,
        'candado_commands_total{command="unknown",outcome="ok"}': 1,
        'candado_command_duration_seconds_sum{command="unknown"}': 1,
        'candado_command_duration_seconds_count{command="unknown"}': 3,
      });
      expect((await samples(registry)).size).to.equal(before);
    });

    it('times TIME in buckets from a microsecond to 100 ms', async () => {
      expect(await moved(registry, () => observer.timeAnswered(0.00004, 1))).to.deep.equal({
        candado_time_latency_seconds_sum: 0.00004,
        candado_time_latency_seconds_count: 1,
      });
      const all = await samples(registry);
      const bucket = (bound: string) =>
        all.get(`candado_time_latency_seconds_bucket{le="${bound}"}`);
      expect(bucket('0.000001')).to.equal(0);
      expect(bucket('0.00002')).to.equal(0);
      expect(bucket('0.00005')).to.equal(1);
      expect(bucket('0.1')).to.equal(1);
    });
  });

  describe('of locks', () => {
    let observer: PromLockObserver;

    beforeEach(() => {
      observer = new PromLockObserver(registry);
    });

    it('has every series at zero from the start', async () => {
      const all = await samples(registry);
      expect([...all.values()].every((value) => value === 0)).to.equal(true);
      expect([...all.keys()].filter((series) => !series.includes('_bucket{'))).to.have.members([
        ...['exclusive', 'shared'].flatMap((mode) => [
          `candado_locks_held{mode="${mode}"}`,
          `candado_lock_grants_total{mode="${mode}"}`,
        ]),
        'candado_locks_waiting',
        ...['locked', 'timeout', 'cancelled', 'superseded', 'deadlock', 'void'].map(
          (reason) => `candado_lock_denials_total{reason="${reason}"}`,
        ),
        'candado_lock_releases_total',
        'candado_locks_expired_total',
        'candado_locks_broken_total',
        ...['granted', 'timeout', 'cancelled'].flatMap((outcome) => [
          `candado_lock_wait_seconds_sum{outcome="${outcome}"}`,
          `candado_lock_wait_seconds_count{outcome="${outcome}"}`,
        ]),
        'candado_lock_hold_seconds_sum',
        'candado_lock_hold_seconds_count',
        ...['fenced', 'conflict', 'notlocked'].map(
          (kind) => `candado_conflicts_total{kind="${kind}"}`,
        ),
        'candado_publishes_total{kind="put"}',
        'candado_publishes_total{kind="delete"}',
      ]);
    });

    it('follows a lock from the wait over the grant to its end', async () => {
      expect(await moved(registry, () => observer.waiting(1))).to.deep.equal({
        candado_locks_waiting: 1,
      });
      expect(await moved(registry, () => observer.waiting(-1))).to.deep.equal({
        candado_locks_waiting: -1,
      });
      expect(await moved(registry, () => observer.granted('shared', 0.25))).to.deep.equal({
        'candado_locks_held{mode="shared"}': 1,
        'candado_lock_grants_total{mode="shared"}': 1,
        'candado_lock_wait_seconds_sum{outcome="granted"}': 0.25,
        'candado_lock_wait_seconds_count{outcome="granted"}': 1,
      });
      expect(await moved(registry, () => observer.ended('shared', 'released', 2))).to.deep.equal({
        'candado_locks_held{mode="shared"}': -1,
        candado_lock_releases_total: 1,
        candado_lock_hold_seconds_sum: 2,
        candado_lock_hold_seconds_count: 1,
      });
    });

    it('counts a lease that ran out apart from a release', async () => {
      observer.granted('exclusive', 0);
      expect(await moved(registry, () => observer.ended('exclusive', 'expired', 30))).to.deep.equal(
        {
          'candado_locks_held{mode="exclusive"}': -1,
          candado_locks_expired_total: 1,
          candado_lock_hold_seconds_sum: 30,
          candado_lock_hold_seconds_count: 1,
        },
      );
    });

    it('times the denials that ended a wait, only those', async () => {
      for (const reason of ['timeout', 'cancelled'] as const) {
        expect(await moved(registry, () => observer.denied(reason, 4))).to.deep.equal({
          [`candado_lock_denials_total{reason="${reason}"}`]: 1,
          [`candado_lock_wait_seconds_sum{outcome="${reason}"}`]: 4,
          [`candado_lock_wait_seconds_count{outcome="${reason}"}`]: 1,
        });
      }
      for (const reason of ['locked', 'void'] as const) {
        expect(await moved(registry, () => observer.denied(reason, 4))).to.deep.equal({
          [`candado_lock_denials_total{reason="${reason}"}`]: 1,
        });
      }
    });

    it('counts conflicts and publishes by their kind', async () => {
      for (const kind of ['fenced', 'conflict', 'notlocked'] as const) {
        expect(await moved(registry, () => observer.conflict(kind))).to.deep.equal({
          [`candado_conflicts_total{kind="${kind}"}`]: 1,
        });
      }
      expect(await moved(registry, () => observer.broken())).to.deep.equal({
        candado_locks_broken_total: 1,
      });
      for (const kind of ['put', 'delete'] as const) {
        expect(await moved(registry, () => observer.published(kind))).to.deep.equal({
          [`candado_publishes_total{kind="${kind}"}`]: 1,
        });
      }
    });
  });

  describe('of the lock table in Redis', () => {
    let observer: PromTableObserver;

    beforeEach(() => {
      observer = new PromTableObserver(registry, new KnownScripts(['acquire', 'release']));
    });

    it('has every script at zero from the start, and no clock offset before it was measured', async () => {
      const all = await samples(registry);
      expect([...all.values()].every((value) => value === 0)).to.equal(true);
      expect([...all.keys()].filter((series) => !series.includes('_bucket{'))).to.have.members([
        'candado_redis_up',
        'candado_redis_reconnects_total',
        'candado_redis_errors_total',
        ...['acquire', 'release', 'unknown'].flatMap((script) => [
          `candado_redis_command_duration_seconds_sum{script="${script}"}`,
          `candado_redis_command_duration_seconds_count{script="${script}"}`,
        ]),
      ]);
    });

    it('says whether Redis is reachable', async () => {
      expect(await moved(registry, () => observer.reachable(true))).to.deep.equal({
        candado_redis_up: 1,
      });
      expect(await moved(registry, () => observer.reachable(true))).to.deep.equal({});
      expect(await moved(registry, () => observer.reachable(false))).to.deep.equal({
        candado_redis_up: -1,
      });
      expect(await moved(registry, () => observer.reconnected())).to.deep.equal({
        candado_redis_reconnects_total: 1,
      });
    });

    it('times scripts, and counts those that failed', async () => {
      expect(await moved(registry, () => observer.scriptRan('acquire', 0.5, true))).to.deep.equal({
        'candado_redis_command_duration_seconds_sum{script="acquire"}': 0.5,
        'candado_redis_command_duration_seconds_count{script="acquire"}': 1,
      });
      expect(await moved(registry, () => observer.scriptRan('other', 1, false))).to.deep.equal({
        'candado_redis_command_duration_seconds_sum{script="unknown"}': 1,
        'candado_redis_command_duration_seconds_count{script="unknown"}': 1,
        candado_redis_errors_total: 1,
      });
    });

    it('shows the clock offset and its bound', async () => {
      expect(await moved(registry, () => observer.clockMeasured(-0.25, 0.125))).to.deep.equal({
        candado_clock_offset_seconds: -0.25,
        candado_clock_offset_bound_seconds: 0.125,
      });
    });
  });

  describe('of files', () => {
    it('counts view repairs by their result, from zero', async () => {
      const observer = new PromFileObserver(registry);
      expect(await seriesOf('candado_view_repairs_total')).to.have.length(3);
      for (const result of ['written', 'found', 'failed'] as const) {
        expect(await moved(registry, () => observer.viewRepaired(result))).to.deep.equal({
          [`candado_view_repairs_total{result="${result}"}`]: 1,
        });
      }
    });
  });

  describe('of subscriptions', () => {
    it('counts what is subscribed, sent and cut off, from zero', async () => {
      const observer = new PromSubscriptionObserver(registry);
      expect(Object.fromEntries(await samples(registry))).to.deep.equal({
        candado_subscriptions: 0,
        candado_events_sent_total: 0,
        candado_subscribers_dropped_total: 0,
      });
      const happen = (): void => {
        for (const by of [1, 1, -1]) observer.changed(by);
        for (let messages = 0; messages < 3; messages++) observer.told();
        observer.dropped();
      };
      expect(await moved(registry, happen)).to.deep.equal({
        candado_subscriptions: 1,
        candado_events_sent_total: 3,
        candado_subscribers_dropped_total: 1,
      });
    });
  });
});
