export class Events {
  #listeners = new Map();

  on(name, listener) {
    this.#listeners.set(name, [...(this.#listeners.get(name) || []), listener]);
    return this;
  }

  once(name, listener) {
    const wrapped = (event) => {
      this.off(name, wrapped);
      listener(event);
    };
    return this.on(name, wrapped);
  }

  off(name, listener) {
    const all = this.#listeners.get(name) || [];
    this.#listeners.set(name, listener ? all.filter((each) => each !== listener) : []);
    return this;
  }

  addEventListener(name, listener) {
    return this.on(name, listener);
  }

  removeEventListener(name, listener) {
    return this.off(name, listener);
  }

  _emit(name, event) {
    for (const listener of this.#listeners.get(name) || []) listener(event);
  }
}
