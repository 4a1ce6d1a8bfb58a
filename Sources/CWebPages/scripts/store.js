// What a browser remembers, where it remembers anything; one that keeps nothing throws.
export function read(store, name) {
  try { return store.getItem(name); } catch { return null; }
}

export function write(store, name, value) {
  try { value === null ? store.removeItem(name) : store.setItem(name, value); } catch { /* Then nothing is remembered. */ }
}
