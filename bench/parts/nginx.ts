import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../test/integration/support/free-port.js';
import type { Place } from './pins.js';
import type { Stage } from './stage.js';

/** One process, as it is installed otherwise, but that it logs nothing and keeps connections. */
const configuration = (folder: string, root: string, port: number): string => `
daemon off;
master_process off;
pid ${folder}/pid;
error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    root ${root};
  }
}
`;

/**
 * The port of one that serves the files of a folder. Undefined where it is not installed.
 */
export async function nginxIfThere(
  stage: Stage,
  root: string,
  place: Place = 'anywhere',
): Promise<number | undefined> {
  const program = await stage.find('nginx');
  if (program === undefined) return undefined;
  const folder = join(stage.folder, 'nginx');
  await mkdir(folder);
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  const run = process.getuid?.() === 0 ? 'user root;\n' : '';
  await writeFile(file, `${run}${configuration(folder, root, port)}`);
  const args = ['-p', folder, '-e', 'stderr', '-c', file];
  await stage.server(port, { what: 'nginx', program, args, place });
  return port;
}

export const httpGet = (name: string): string => `GET /${name} HTTP/1.1\r\nHost: bench\r\n\r\n`;
