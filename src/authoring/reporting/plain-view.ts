import type { Clock } from './clock.js';
import { metricsLine, plainText, progressLine } from './console-text.js';
import type { ConsoleView, PhaseName } from './console-view.interface.js';
import { type OutputStream, writeText } from './output-stream.js';
import type { ProgressEventData } from './run-event.js';

interface Shown {
  percent: number;
  status: string;
  atMs: number;
}

interface MetricsState {
  atMs: number;
  /** A line that is held back until its time has come or the run ends. */
  heldBack: string | undefined;
}

const STEP_PERCENT = 10;
const PROGRESS_INTERVAL_MS = 5000;
const METRICS_INTERVAL_MS = 1000;

/**
 * Lines for a file, a pipe or a terminal that cannot move its cursor. Progress of a key is shown every 10 percent or 5 seconds,
 * and whenever its status changes; metrics of a key once a second, the last ones always.
 */
export class PlainView implements ConsoleView {
  private readonly shown = new Map<string, Map<string | null, Shown>>();
  private readonly measured = new Map<string, Map<string, MetricsState>>();

  constructor(
    private readonly stream: OutputStream,
    private readonly clock: Clock,
  ) {}

  line(text: string): void {
    void writeText(this.stream, `${text}\n`);
  }

  progress({ runId, key }: PhaseName, { percent, time_remaining, status }: ProgressEventData): void {
    const ofRun = entryOf(this.shown, runId, () => new Map<string | null, Shown>());
    const last = ofRun.get(key);
    const atMs = this.clock.monotonicMs();
    if (last && !isDue(last, { percent, status, atMs })) return;
    ofRun.set(key, { percent, status, atMs });
    const end = status === 'failed' ? ' (failed)' : '';
    this.line(`${progressLine(key, percent, status === 'running' ? time_remaining : 0)}${end}`);
  }

  metrics({ runId, key }: PhaseName, metrics: Record<string, unknown>): void {
    const state = entryOf(
      entryOf(this.measured, runId, () => new Map<string, MetricsState>()),
      key ?? '',
      () => ({ atMs: -Infinity, heldBack: undefined }),
    );
    const now = this.clock.monotonicMs();
    const text = metricsLine(plainText(key ?? ''), metrics);
    if (now - state.atMs < METRICS_INTERVAL_MS) {
      state.heldBack = text;
      return;
    }
    state.atMs = now;
    state.heldBack = undefined;
    this.line(text);
  }

  endRun(runId: string): void {
    for (const { heldBack } of this.measured.get(runId)?.values() ?? [])
      if (heldBack !== undefined) this.line(heldBack);
    this.measured.delete(runId);
    this.shown.delete(runId);
  }
}

function isDue(last: Shown, next: Shown): boolean {
  if (next.status !== last.status || next.percent < last.percent) return true;
  const isNews = next.percent > last.percent;
  return next.percent - last.percent >= STEP_PERCENT || (isNews && next.atMs - last.atMs >= PROGRESS_INTERVAL_MS);
}

function entryOf<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
