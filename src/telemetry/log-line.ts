import { styleText } from 'node:util';
import type { LogLevel } from '../config/config.js';
import type { LogFields } from './log.js';
import { plain } from './log-value.js';

/** One thing to be logged, before it has a form. */
export interface LogEntry {
  readonly time: Date;
  readonly level: LogLevel;
  readonly event: string;
  readonly message: string;
  readonly fields: LogFields;
}

export type LineFormat = (entry: LogEntry) => string;

const OWN_KEYS: readonly string[] = ['timestamp', 'level', 'event', 'msg'];

/** One JSON object; a field that has the name of one of its own keys gets a `_` behind it. */
export const jsonLine: LineFormat = ({ time, level, event, message, fields }) => {
  const line: Record<string, unknown> = {
    timestamp: time.toISOString(),
    level,
    event,
    msg: message,
  };
  for (const [key, value] of Object.entries(fields)) {
    line[OWN_KEYS.includes(key) ? `${key}_` : key] = shown(value);
  }
  return JSON.stringify(line);
};

const LEVEL_WIDTH = 5;
/** Most events are shorter; a longer one only shifts its own line. */
const EVENT_WIDTH = 22;

const LEVEL_STYLES = { error: 'red', warn: 'yellow', info: 'green', debug: 'gray' } as const;

/** For people: local time, aligned, a stack on lines of its own. */
export function prettyLine(coloured: boolean): LineFormat {
  const style = (name: Parameters<typeof styleText>[0], text: string): string =>
    coloured ? styleText(name, text, { validateStream: false }) : text;
  return ({ time, level, event, message, fields }) => {
    const { err, ...others } = fields;
    const parts = Object.entries(others).flatMap(([key, value]) => {
      const text = fieldText(shown(value));
      return text === undefined ? [] : [`${style('dim', `${printable(key)}=`)}${text}`];
    });
    const head = [
      style('dim', clock(time)),
      style(LEVEL_STYLES[level], level.padEnd(LEVEL_WIDTH)),
      style('cyan', event.padEnd(EVENT_WIDTH)),
      printable(message),
      ...parts,
    ].join(' ');
    return err === undefined ? head : [head, ...errorLines(shown(err))].join('\n');
  };
}

/** A value that cannot even be looked at must not keep the line from being written. */
function shown(value: unknown): unknown {
  try {
    return plain(value);
  } catch {
    return '(cannot be shown)';
  }
}

function clock(time: Date): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  const millis = String(time.getMilliseconds()).padStart(3, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${millis}`;
}

function fieldText(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && /^[\w.:/@+-]+$/.test(value)) return value;
  return printable(JSON.stringify(value));
}

function errorLines(error: unknown, label = ''): string[] {
  if (typeof error !== 'object' || error === null)
    return [`    ${label}${printable(String(error))}`];
  const { name, message, stack, code, cause, errors } = error as Record<string, unknown>;
  const said = typeof stack === 'string' ? stack : `${name ?? ''}: ${message ?? fieldText(error)}`;
  const coded = code === undefined ? '' : `[${fieldText(code)}] `;
  const lines = said.split('\n').map((line) => `    ${printable(line.trimEnd())}`);
  return [
    `    ${label}${coded}${lines[0]?.trimStart() ?? ''}`,
    ...lines.slice(1),
    ...(cause === undefined ? [] : errorLines(cause, 'caused by ')),
    ...(Array.isArray(errors) ? errors.flatMap((each) => errorLines(each, 'and ')) : []),
  ];
}

/** Names come from clients: nothing of them may move the cursor or begin a line. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
