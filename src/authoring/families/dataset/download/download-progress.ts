/** Where progress is reported to. */
interface ProgressTarget {
  setProgress(current: number, total: number, category: string): void;
}

const LISTED_AT = 5;
const HALF = 50;
const ALL = 100;
/** Units between two reports of the listing. */
const EVERY = 10;

/** Progress over all parts of a download: it only goes up, also where more units come than the platform has counted. */
export class DownloadProgress {
  readonly #target: ProgressTarget;
  readonly #percent = { fetch: 0, download: 0 };
  #total: number;
  #listed = 0;
  #done = 0;

  /** @param total - How many units the platform says there are, in all parts. */
  constructor(target: ProgressTarget, total: number) {
    this.#target = target;
    this.#total = total;
    this.#report('fetch', LISTED_AT);
  }

  /** One more unit was listed. */
  listed(): void {
    this.#listed += 1;
    this.#total = Math.max(this.#total, this.#listed);
    const isTurn = this.#listed % EVERY === 0 || this.#listed === this.#total;
    if (isTurn) this.#report('fetch', LISTED_AT + Math.floor(((HALF - LISTED_AT) * this.#listed) / this.#total));
  }

  /** One more unit is done, or given up. */
  done(): void {
    this.#done += 1;
    this.#report('download', HALF + Math.floor((HALF * this.#done) / Math.max(1, this.#total)));
  }

  /** Nothing more will come, whatever the platform had counted. */
  end(): void {
    this.#report('fetch', HALF);
    this.#report('download', ALL);
  }

  #report(category: 'fetch' | 'download', percent: number): void {
    if (percent <= this.#percent[category]) return;
    this.#percent[category] = percent;
    this.#target.setProgress(percent, ALL, category);
  }
}
