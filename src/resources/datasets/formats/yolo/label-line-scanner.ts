const ZERO = 0x30;
const DOT = 0x2e;
const MINUS = 0x2d;
const SPACE = 0x20;
/** A whole number of this many digits, divided by a power of ten, is rounded once and therefore right. */
const MOST_DIGITS = 15;
const POWERS = Array.from({ length: MOST_DIGITS + 1 }, (_, power) => 10 ** power);

/** Reads plain lines of label files: a class and numbers like `0.25`. Whatever else a line may hold is left to others. */
export class LabelLineScanner {
  numbers = new Float64Array(64);
  /** How many numbers the line has after its class. */
  count = 0;
  classId = 0;
  #at = 0;

  /** Whether the line from `start` to `end` is a plain one; then its class and numbers are here. */
  scan(text: string, start: number, end: number): boolean {
    this.#at = start;
    this.count = 0;
    this.#skipBlanks(text, end);
    const id = this.#number(text, end, false);
    if (Number.isNaN(id)) return false;
    this.classId = id;
    for (;;) {
      this.#skipBlanks(text, end);
      if (this.#at >= end) return true;
      const value = this.#number(text, end, true);
      if (Number.isNaN(value)) return false;
      if (this.count === this.numbers.length) this.#grow();
      this.numbers[this.count++] = value;
    }
  }

  #skipBlanks(text: string, end: number): void {
    while (this.#at < end && isBlank(text.charCodeAt(this.#at))) this.#at++;
  }

  /** The number that begins here and ends before a blank; not a number where it is spelt in another way. */
  #number(text: string, end: number, mayHaveFraction: boolean): number {
    const isNegative = mayHaveFraction && text.charCodeAt(this.#at) === MINUS;
    if (isNegative) this.#at++;
    const start = this.#at;
    let value = this.#digits(text, end, 0);
    let digits = this.#at - start;
    let decimals = 0;
    if (mayHaveFraction && this.#at < end && text.charCodeAt(this.#at) === DOT) {
      const dot = this.#at++;
      value = this.#digits(text, end, value);
      decimals = this.#at - dot - 1;
      digits += decimals;
    }
    if (!this.#isAtEnd(text, end) || digits === 0 || digits > MOST_DIGITS) return NaN;
    const size = scaled(value, decimals);
    return isNegative ? -size : size;
  }

  #isAtEnd(text: string, end: number): boolean {
    return this.#at >= end || isBlank(text.charCodeAt(this.#at));
  }

  /** The value with the digits that stand here put behind it. */
  #digits(text: string, end: number, value: number): number {
    let sum = value;
    for (; this.#at < end; this.#at++) {
      const digit = text.charCodeAt(this.#at) - ZERO;
      if (digit < 0 || digit > 9) return sum;
      sum = sum * 10 + digit;
    }
    return sum;
  }

  #grow(): void {
    const numbers = new Float64Array(this.numbers.length * 2);
    numbers.set(this.numbers);
    this.numbers = numbers;
  }
}

function scaled(value: number, decimals: number): number {
  return decimals === 0 ? value : value / (POWERS[decimals] ?? NaN);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === 0x09 || code === 0x0d;
}
