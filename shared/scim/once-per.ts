/** The same function, made to remember what it answered of each key: of a type, or a list of attributes, neither of which changes. */
export function oncePer<Key extends object, Value extends object>(derive: (key: Key) => Value): (key: Key) => Value {
  const derived = new WeakMap<Key, Value>();
  return (key) => {
    const known = derived.get(key);
    if (known !== undefined) return known;
    const value = derive(key);
    derived.set(key, value);
    return value;
  };
}
