import type { Redis } from 'ioredis';

export interface ScriptDefinition {
  readonly lua: string;
  /** Absent: the first argument of each call says it. */
  readonly numberOfKeys?: number;
}

export type ScriptArgument = string | number;

type ScriptCall = (...args: ScriptArgument[]) => Promise<unknown>;

/** Scripts by name. Each connection learns one with its first call, and after it was flushed. */
export class ScriptBook {
  readonly #scripts = new Map<string, ScriptDefinition>();

  define(name: string, script: ScriptDefinition): void {
    this.#scripts.set(name, script);
  }

  async call(client: Redis, name: string, args: readonly ScriptArgument[]): Promise<unknown> {
    const script = this.#scripts.get(name);
    if (script === undefined) throw new TypeError(`the script ${name} is not defined`);
    const command = `script-${name}`;
    const calls = client as unknown as Record<string, ScriptCall>;
    if (calls[command] === undefined) client.defineCommand(command, script);
    return await calls[command]?.apply(client, [...args]);
  }
}
