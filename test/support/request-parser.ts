/** Requests of RESP clients, whole ones only: what a test server needs and no more. */
export class RequestParser {
  #bytes = Buffer.alloc(0);

  feed(chunk: Buffer): Buffer[][] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const requests: Buffer[][] = [];
    for (let request = this.#next(); request !== undefined; request = this.#next()) {
      requests.push(request);
    }
    return requests;
  }

  #next(): Buffer[] | undefined {
    let at = 0;
    const line = (): string | undefined => {
      const end = this.#bytes.indexOf('\r\n', at);
      if (end < 0) return undefined;
      const text = this.#bytes.toString('latin1', at, end);
      at = end + 2;
      return text;
    };
    const header = line();
    if (header === undefined) return undefined;
    if (!header.startsWith('*')) throw new Error(`not a RESP request: ${header}`);
    const args: Buffer[] = [];
    while (args.length < Number(header.slice(1))) {
      const length = line();
      if (length === undefined) return undefined;
      const size = Number(length.slice(1));
      if (this.#bytes.length < at + size + 2) return undefined;
      args.push(Buffer.from(this.#bytes.subarray(at, at + size)));
      at += size + 2;
    }
    this.#bytes = this.#bytes.subarray(at);
    return args;
  }
}
