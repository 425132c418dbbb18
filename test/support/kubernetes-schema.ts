import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const Resource = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

export type Resource = z.infer<typeof Resource>;

export const parseResource = (value: unknown): Resource => Resource.parse(value);

const Model = z.custom<new (data: unknown) => { validate(): void }>(
  (value) => typeof value === 'function',
);

const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');

// The compiler finds kubernetes-models from any folder inside the project.
const here = dirname(fileURLToPath(import.meta.url));

const compile = (file: string): Promise<string> =>
  new Promise((resolve) => {
    const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--types', ''];
    execFile(
      process.execPath,
      [tsc, ...options, '--module', 'nodenext', '--target', 'esnext', '--pretty', 'false', file],
      (error, output) => resolve(error === null ? '' : output || error.message),
    );
  });

/**
 * What is wrong with the fields of these resources, empty if nothing: unknown fields at any depth,
 * missing ones, wrong types. Each resource becomes an object literal of its Kubernetes type, and
 * the compiler refuses what the type does not know.
 */
export const checkFields = async (resources: readonly Resource[]): Promise<string> => {
  const source = resources.map(
    (resource, index) =>
      `import type { I${resource.kind} as T${index} } from 'kubernetes-models/${resource.apiVersion}';
export const r${index}: T${index} = ${JSON.stringify(resource)};\n`,
  );
  const folder = await mkdtemp(join(here, 'manifests-'));
  try {
    const file = join(folder, 'manifests.mts');
    await writeFile(file, source.join(''));
    return await compile(file);
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** Throws where a value is outside what the API allows: enumerations, ranges, formats. */
export const checkValues = async (resource: Resource): Promise<void> => {
  const module: unknown = await import(`kubernetes-models/${resource.apiVersion}`);
  const models = z.record(z.string(), z.unknown()).parse({ ...Object(module) });
  const Kind = Model.parse(models[resource.kind]);
  new Kind(resource).validate();
};
