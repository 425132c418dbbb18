import { execFile } from 'node:child_process';

/** A Docker command that failed, with what it said. */
export class DockerError extends Error {
  readonly code = 'DOCKER_COMMAND_FAILED';
}

/** Enough for the output of an image build or the logs of a long test. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * What `docker ARGS` prints.
 * @throws DockerError with the end of its output, if it fails
 */
export const docker = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, maxBuffer: MAX_OUTPUT_BYTES };
    execFile('docker', args, options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout.trim());
      const end = `${stdout}\n${stderr}`.trim().slice(-4000);
      reject(new DockerError(`docker ${args.slice(0, 4).join(' ')} failed: ${end}`));
    });
  });

export const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
