import { expect } from 'chai';

/** What a promise rejects with; that it does is part of the test. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: unknown }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  return expect.fail('the promise should have been rejected');
}
