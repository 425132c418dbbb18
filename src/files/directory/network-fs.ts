import { readFile, statfs } from 'node:fs/promises';
import { FileStoreUnavailable } from '../errors.js';

/** NFS_SUPER_MAGIC of statfs(2). */
const NFS_MAGIC = 0x6969;

/** Other network and user-space file systems, whose caching cannot be told from here. */
const UNPROVEN: ReadonlyMap<number, string> = new Map([
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x65735546, 'FUSE'],
  [0x00c36400, 'CephFS'],
]);

export type MountVerdict =
  | { readonly kind: 'fine' }
  | { readonly kind: 'unproven'; readonly type: string }
  | { readonly kind: 'caching-nfs' };

/**
 * Whether a `GET` there may show an older version: NFS does unless look-ups and attributes are
 * not cached (mount options `lookupcache=none` and `noac` or `actimeo=0`).
 */
export async function judgeMount(root: string): Promise<MountVerdict> {
  const type = (await statfs(root)).type >>> 0;
  if (type === NFS_MAGIC) return judgeNfs(root, await mounts());
  const unproven = UNPROVEN.get(type);
  return unproven === undefined ? { kind: 'fine' } : { kind: 'unproven', type: unproven };
}

/** @param table as `/proc/self/mounts`, see fstab(5); empty where the system has none */
export function judgeNfs(root: string, table: string): MountVerdict {
  const mounted = table
    .split('\n')
    .map((line) => line.split(' '))
    .map(([, at = '', , options = '']) => ({ at: unescapeOctal(at), options: options.split(',') }))
    .filter(({ at }) => at !== '' && isWithin(root, at));
  // Of nested mounts the innermost counts, and of two on one place the later.
  const innermost = mounted.toSorted((a, b) => a.at.length - b.at.length).at(-1);
  const options = new Set(innermost?.options);
  const seesEntries = options.has('lookupcache=none');
  const seesAttributes = options.has('noac') || options.has('actimeo=0') || hasZeroAges(options);
  return seesEntries && seesAttributes ? { kind: 'fine' } : { kind: 'caching-nfs' };
}

export function refuseCachingNfs(): never {
  throw new FileStoreUnavailable(
    'FILES_ROOT is on NFS with caches, which show older versions: mount it with lookupcache=none,noac',
    false,
  );
}

/** How the kernel spells `actimeo=0` in the table. */
function hasZeroAges(options: ReadonlySet<string>): boolean {
  return ['acregmin=0', 'acregmax=0', 'acdirmin=0', 'acdirmax=0'].every((age) => options.has(age));
}

function isWithin(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}

/** Spaces and the like are written as octal escapes. */
function unescapeOctal(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

async function mounts(): Promise<string> {
  try {
    return await readFile('/proc/self/mounts', 'utf8');
  } catch {
    return '';
  }
}
