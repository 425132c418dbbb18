/**
 * Measures all in turn, so that what else the machine does falls on all alike; each second round runs
 * backwards, so that none always follows the same one.
 * @returns for each, in the order given, a value a round
 */
export async function interleaved<Value>(
  rounds: number,
  measures: readonly (() => Promise<Value>)[],
): Promise<readonly (readonly Value[])[]> {
  const values = measures.map((): Value[] => []);
  const order = measures.map((measure, index) => ({ measure, values: values[index] ?? [] }));
  for (let round = 0; round < rounds; round++)
    for (const each of round % 2 === 0 ? order : order.toReversed())
      each.values.push(await each.measure());
  return values;
}
