/** Readings of what never changes once it is there: objects of a platform and lists of them are replaced. Pure leaf. */

/** Reads each only once, for as long as somebody has it. */
export function oncePer<Key extends object, Value>(read: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, { value: Value }>();
  return (key) => {
    let reading = known.get(key);
    if (!reading) {
      reading = { value: read(key) };
      known.set(key, reading);
    }
    return reading.value;
  };
}
