/** Chance that can be repeated: the same seed gives the same sequence on every machine. */
export interface Random {
  /** 0 ≤ n < `below`, an integer. */
  below(below: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One of the list; undefined for an empty one. */
  pick<T>(list: readonly T[]): T | undefined;
  /** Up to `most` different ones of the list, in chance order. */
  sample<T>(list: readonly T[], most: number): T[];
}

/** A 32-bit counter through an avalanche of multiplications and shifts: small, fast, good enough for stories, no use for secrets. */
export function createRandom(seed: number): Random {
  let counter = Math.imul(seed, 0x2c1b3c6d) ^ 0x297a2d39;
  const next = (): number => {
    counter = (counter + 0x9e3779b9) | 0;
    let mixed = Math.imul(counter ^ (counter >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (list) => list[below(list.length)],
    sample(list, most) {
      const left = [...list];
      const taken: (typeof left)[number][] = [];
      while (taken.length < most && left.length > 0) taken.push(...left.splice(below(left.length), 1));
      return taken;
    },
  };
}
