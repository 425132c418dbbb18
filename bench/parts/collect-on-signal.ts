/**
 * Loaded into a program of Node.js whose memory is measured: on SIGUSR2 collects all garbage. Needs
 * `--expose-gc`.
 */
process.on('SIGUSR2', () => globalThis.gc?.());
