import type { Clock } from './clock.js';
import { metricsLine, metricsText } from './console-text.js';
import type { ConsoleView, PhaseName } from './console-view.interface.js';
import { type OutputStream, writeText } from './output-stream.js';
import { type BarState, type Paint, paintOf, renderBar } from './progress-bar.js';
import type { ProgressEventData } from './run-event.js';

const REDRAW_INTERVAL_MS = 50;
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

/**
 * A block of bars at the lower end of a terminal, one for each phase that is under way; everything else scrolls above it.
 * Bars of phases that ended, well or badly, stay on the screen as ordinary lines.
 */
export class TerminalView implements ConsoleView {
  private readonly bars = new Map<string, BarState & { readonly runId: string }>();
  private readonly paint: Paint;
  private blockLines = 0;
  private drawnAtMs = -Infinity;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly stream: OutputStream,
    private readonly clock: Clock,
    hasColor: boolean,
  ) {
    this.paint = paintOf(hasColor);
  }

  line(text: string, level: string): void {
    this.draw([...this.takeEnded(() => true), this.paint.level(level, text)]);
  }

  progress({ runId, key, label }: PhaseName, data: ProgressEventData): void {
    const id = idOf(runId, key);
    // An ended bar stays in the block until something else happens: its last metrics often come just after its end.
    const ended = this.takeEnded((barId) => barId !== id || data.status === 'running');
    this.bars.set(id, { runId, label, data, metrics: this.bars.get(id)?.metrics ?? '' });
    if (ended.length > 0 || data.status !== 'running') this.draw(ended);
    else this.drawSoon();
  }

  metrics({ runId, key }: PhaseName, metrics: Record<string, unknown>): void {
    const bar = this.bars.get(idOf(runId, key));
    if (bar) {
      bar.metrics = metricsText(metrics);
      this.drawSoon();
    } else {
      this.draw([...this.takeEnded(() => true), metricsLine(key ?? '', metrics)]);
    }
  }

  endRun(runId: string): void {
    const ended = [...this.bars].filter(([, bar]) => bar.runId === runId);
    for (const [id] of ended) this.bars.delete(id);
    if (ended.length > 0) this.draw(ended.map(([, bar]) => this.render(bar)));
  }

  /** Takes the bars of phases that have ended out of the block, as lines. */
  private takeEnded(isWanted: (id: string) => boolean): string[] {
    const ended = [...this.bars].filter(([id, bar]) => bar.data.status !== 'running' && isWanted(id));
    for (const [id] of ended) this.bars.delete(id);
    return ended.map(([, bar]) => this.render(bar));
  }

  /** Draws the block again, below `above`. One write, so that nothing flickers. */
  private draw(above: readonly string[] = []): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.drawnAtMs = this.clock.monotonicMs();
    const block = this.renderBlock();
    const erase = this.blockLines > 0 ? `\u001b[${this.blockLines}A\r\u001b[J` : '';
    this.blockLines = block.length;
    const lines = [...above, ...block];
    if (erase !== '' || lines.length > 0)
      void writeText(this.stream, `${erase}${lines.map((line) => `${line}\n`).join('')}`);
  }

  private drawSoon(): void {
    if (this.timer) return;
    const waitMs = this.drawnAtMs + REDRAW_INTERVAL_MS - this.clock.monotonicMs();
    if (waitMs <= 0) this.draw();
    else this.timer = setTimeout(() => this.draw(), waitMs).unref();
  }

  private renderBlock(): string[] {
    // A terminal without a known size says 0. A block higher than the screen could not be erased: the cursor stops at the upper edge.
    const room = Math.max(1, (this.stream.rows || DEFAULT_ROWS) - 2);
    const bars = [...this.bars.values()];
    const lines = bars.slice(0, room).map((bar) => this.render(bar));
    return bars.length > room ? [...lines, `… and ${bars.length - room} more`] : lines;
  }

  private render(bar: BarState): string {
    // The last column stays free: some terminals wrap as soon as it is filled.
    return renderBar(bar, (this.stream.columns || DEFAULT_COLUMNS) - 1, this.paint);
  }
}

function idOf(runId: string, key: string | null): string {
  return JSON.stringify([runId, key]);
}
