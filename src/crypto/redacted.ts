const inspect = Symbol.for('nodejs.util.inspect.custom');

/** Base of every object that holds a secret: it prints as its name, whoever prints it and however. */
export abstract class Redacted {
  /** What the object is called when it is printed, such as `RecordKey`. */
  protected abstract get label(): string;

  toString(): string {
    return `[${this.label}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect](): string {
    return this.toString();
  }
}
