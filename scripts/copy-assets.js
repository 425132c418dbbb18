// tsc copies no files but its own output; the Lua scripts must lie beside the compiled adapter.
import { cp } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
await cp(`${root}src/locks/redis/lua`, `${root}dist/src/locks/redis/lua`, { recursive: true });
