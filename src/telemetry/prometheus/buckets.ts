/** Upper ends of histogram buckets, in seconds. Each series costs memory and scrape time. */

/** A command: 100 µs to 60 s, the longer ones being uploads and waits. */
export const COMMAND_SECONDS: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  30, 60,
];

/** `TIME`: some µs when all is well, 100 ms when something holds up the event loop. */
export const TIME_SECONDS: readonly number[] = [
  0.000001, 0.000002, 0.000005, 0.00001, 0.00002, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025,
  0.005, 0.01, 0.025, 0.05, 0.1,
];

/** Waiting for a lock: 1 ms (nobody held it) to 5 min. */
export const WAIT_SECONDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300,
];

/** Holding a lock: 10 ms (a script) to 1 h (a person). */
export const HOLD_SECONDS: readonly number[] = [
  0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600,
];

/** A script in Redis: 100 µs (same host) to 10 s, beyond the usual time-out. */
export const REDIS_SECONDS: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
