/**
 * Hands a resource over, and disposes of it however that ends: what `using` does, which the parser
 * of the layer check does not know yet.
 */
export async function disposing<R extends Disposable | AsyncDisposable, T>(
  resource: R,
  action: (resource: R) => Promise<T>,
): Promise<T> {
  try {
    return await action(resource);
  } finally {
    if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]();
    else resource[Symbol.dispose]();
  }
}
