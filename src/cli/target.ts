import { DEFAULT_OPTIONS } from '../client/index.js';
import { type Arguments, parseWhole, text } from './arguments.js';
import type { Target } from './explain.js';
import type { CliIo } from './io.js';

const PORTS = { least: 1, most: 65_535 };

/** Flags win over the environment, and that over the defaults; an empty value counts as none. */
export function readTarget(args: Arguments, env: CliIo['env']): Target {
  const host = text(args, 'host') || env['CANDADO_HOST'] || DEFAULT_OPTIONS.host;
  const flag = text(args, 'port');
  if (flag) return { host, port: parseWhole('--port', flag, PORTS) };
  const variable = env['CANDADO_PORT'];
  if (variable) return { host, port: parseWhole('CANDADO_PORT', variable, PORTS) };
  return { host, port: DEFAULT_OPTIONS.port };
}
