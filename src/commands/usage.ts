import type { ArgumentSpec, CommandSpec } from './spec.js';

/** A command's grammar as people read it: `LOCK name [SHARED] [TTL ms] [WAIT ms]`. */
export function usageOf(spec: CommandSpec): string {
  return [spec.name.replace('|', ' '), ...spec.arguments.map(syntax)].join(' ');
}

function syntax(argument: ArgumentSpec): string {
  const value = valueSyntax(argument);
  const once = argument.token === undefined ? value : `${argument.token} ${value}`.trimEnd();
  const whole = argument.multiple ? `${once} [${value} ...]` : once;
  return argument.optional ? `[${whole}]` : whole;
}

function valueSyntax(argument: ArgumentSpec): string {
  switch (argument.type) {
    case 'pure-token':
      return '';
    case 'block':
      return (argument.arguments ?? []).map(syntax).join(' ');
    case 'oneof':
      return (argument.arguments ?? []).map(syntax).join('|');
    default:
      return argument.name;
  }
}
