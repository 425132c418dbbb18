import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** What is compared with, or helps to; each may be missing. The value: how it is installed on Debian. */
export const PROGRAMS = {
  'redis-server': 'apt-get install redis-server',
  gcc: 'apt-get install gcc libc6-dev',
  nginx: 'apt-get install nginx-light',
  haproxy: 'apt-get install haproxy',
  etcd: 'apt-get install etcd-server',
  openssl: 'apt-get install openssl',
} as const;

export type Program = keyof typeof PROGRAMS;

/** Servers often lie where only an administrator's PATH leads. */
const ALSO = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

export async function find(program: Program): Promise<string | undefined> {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), ...ALSO]) {
    const path = join(folder, program);
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  return undefined;
}
