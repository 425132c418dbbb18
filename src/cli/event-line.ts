import type { WatchEvent } from '../client/index.js';
import { formatBytes } from './quantities.js';
import { printable } from './table.js';

/** One event as one line for people: what happened, to which file, and the details. */
export function formatEvent(event: WatchEvent): string {
  const words =
    event.event === 'gap' || event.event === 'other'
      ? [event.event, details(event)]
      : [event.event.padEnd(8), event.name, details(event)];
  return printable(words.join('  '));
}

function details(event: WatchEvent): string {
  switch (event.event) {
    case 'put':
      return `version ${event.version}, ${formatBytes(event.size)}`;
    case 'delete':
      return `version ${event.version}`;
    case 'granted':
      return `${event.mode}, token ${event.token}, to ${event.holder || 'somebody'} (${event.address})`;
    case 'released':
    case 'expired':
      return `${event.mode}, token ${event.token}`;
    case 'broken':
      return `token ${event.token}, by ${event.by}${event.reason === '' ? '' : `: ${event.reason}`}`;
    case 'queued':
      return `${event.waiting} waiting`;
    case 'gap':
      return `connected again, what happened meanwhile is not told: ${event.reason}`;
    case 'other':
      return `${event.channel}  ${event.message}`;
  }
}
