import type { Config } from '../config/config.js';
import type { Log } from '../telemetry/log.js';

/** Where the files are, for people. */
export function placeOf({ filesRoot, filesUrl }: Config): string {
  return filesUrl === undefined ? filesRoot : `s3://${filesUrl.bucket}/${filesUrl.prefix}`;
}

/** Says that clients may come, to those who watch it start and to the log. */
export function announce(
  config: Config,
  { port, httpPort }: { readonly port: number; readonly httpPort: number | undefined },
  log: Log,
): void {
  log.info('server.listening', 'Candado is listening', {
    host: config.host,
    port,
    httpPort,
    files: placeOf(config),
    locks: config.redisUrl === undefined ? 'memory' : 'redis',
    ...(config.workers === 1 ? {} : { workers: config.workers }),
  });
  process.stderr.write(hints(config.host, port, config.logFormat));
}

/** Three ways to talk to it; not where logs are read by machines. */
function hints(host: string, port: number, logFormat: string): string {
  if (logFormat === 'json') return '';
  const address = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return [
    `Any Redis client:   redis-cli -h ${address} -p ${port}   (then: LOCK notes.txt)`,
    `Plain text:         nc ${address} ${port}   (then: LOCK notes.txt, and its new text)`,
    `Candado's own:      echo hello | npx candado put notes.txt --host ${address} --port ${port}`,
    '',
  ].join('\n');
}
