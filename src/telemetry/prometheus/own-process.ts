import { Counter, Gauge, type Registry } from 'prom-client';

const MICROS = 1_000_000;
const MILLIS = 1_000;

/**
 * What this process itself costs, under the names that prom-client uses: of all that it can tell,
 * what is worth adding up, for watching an event loop wakes an idle process a hundred times a second.
 */
export function describeOwnProcess(registry: Registry): void {
  const registers = [registry];
  for (const [name, help, used] of [
    ['process_cpu_user_seconds_total', 'Total user CPU time spent in seconds.', userMicros],
    ['process_cpu_system_seconds_total', 'Total system CPU time spent in seconds.', systemMicros],
    [
      'process_cpu_seconds_total',
      'Total user and system CPU time spent in seconds.',
      () => userMicros() + systemMicros(),
    ],
  ] as const) {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(used() / MICROS);
      },
    });
  }
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory size in bytes.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'Start time of the process since unix epoch in seconds.',
    registers,
  }).set(Math.round(performance.timeOrigin / MILLIS));
}

const userMicros = (): number => process.cpuUsage().user;
const systemMicros = (): number => process.cpuUsage().system;
