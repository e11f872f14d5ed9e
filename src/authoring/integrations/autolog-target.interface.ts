/** What an integration reports to: one run. `RuntimeContext` is one. */
export interface AutologTarget {
  /** Logs an event, with the path of a file that belongs to it. */
  log(event: string, data: Record<string, unknown>, file?: string): void;
  /** Reports how far `category` has come: `current`, 0 to `total`, of `total`. */
  setProgress(current: number, total: number, category?: string): void;
  /** Merges `value` into the metrics of `category`. */
  setMetrics(value: Record<string, unknown>, category: string): void;
}
