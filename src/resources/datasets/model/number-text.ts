const MILLION = 1_000_000;
/** Further from a tie than any error of the multiplication below. */
const SAFE_DISTANCE = 1e-6;

/** How many millionths a share has when it is rounded from its exact value with ties to even; -1 for numbers that are no share. */
export function millionthsOf(value: number): number {
  if (value === 1) return MILLION;
  if (!(value > 0 && value < 1)) return Object.is(value, 0) ? 0 : -1;
  const scaled = value * MILLION;
  const whole = scaled | 0;
  const rest = scaled - whole;
  if (Math.abs(rest - 0.5) > SAFE_DISTANCE) return rest > 0.5 ? whole + 1 : whole;
  const distance = scaled - (whole + 0.5) + errorOfProduct(value, scaled);
  const isUp = distance === 0 ? whole % 2 === 1 : distance > 0;
  return isUp ? whole + 1 : whole;
}

/** What the product of a share and a million lost when it was rounded. Either half of the share times a million is exact. */
function errorOfProduct(value: number, product: number): number {
  const shifted = value * 134_217_729; // 2^27 + 1 parts the 53 bits
  const high = shifted - (shifted - value);
  return high * MILLION - product + (value - high) * MILLION;
}

/**
 * A number with six decimals, rounded from its exact value with ties to even; a zero keeps its sign.
 * `toFixed` differs: it rounds ties up, which pictures whose size is a power of two meet often.
 */
export function sixDecimals(value: number): string {
  const millionths = millionthsOf(value);
  if (millionths === -1) return exactSixDecimals(value);
  return millionths === MILLION ? '1.000000' : `0.${String(MILLION + millionths).slice(1)}`;
}

function exactSixDecimals(value: number): string {
  const isNegative = value < 0 || Object.is(value, -0);
  const size = Math.abs(value);
  return `${isNegative ? '-' : ''}${size < 1e20 ? tiesToEven(size) : wholeText(size)}`;
}

function tiesToEven(size: number): string {
  const [whole = '0', decimals = ''] = size.toFixed(40).split('.');
  if (decimals[6] !== '5' || /[1-9]/.test(decimals.slice(7))) return size.toFixed(6);
  const millionths = BigInt(whole + decimals.slice(0, 6));
  const text = String(millionths + (millionths & 1n)).padStart(7, '0');
  return `${text.slice(0, -6)}.${text.slice(-6)}`;
}

/** Doubles of this size have no fraction. */
function wholeText(size: number): string {
  return `${BigInt(size)}.000000`;
}
