export type { CliParts, SettingHelp } from './cli-command.js';
export { ExitCode } from './exit-codes.js';
export type { CliIo } from './io.js';
export { runCli } from './run-cli.js';
