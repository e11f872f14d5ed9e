/** One JSON object a line, for machines. */
export class JsonReport {
  add({ facts }) {
    process.stdout.write(`${JSON.stringify(facts)}\n`);
  }

  end() {}
}

const COLUMNS = [
  ['id', 14],
  ['case', 26],
  ['ratio', 9],
  ['reach', 7],
  ['spread', 7],
  ['ours', 11],
  ['base', 11],
  ['baseline', 20],
  ['', 0],
];

/** A table for people; each row appears as soon as it is measured. */
export class TableReport {
  #failed = [];

  constructor() {
    process.stdout.write(`${line(COLUMNS.map(([name]) => name))}\n`);
  }

  add(outcome) {
    process.stdout.write(`${line(cellsOf(outcome))}\n`);
    if (outcome.verdict === 'failed') this.#failed.push(outcome);
  }

  end() {
    for (const { facts, error } of this.#failed) process.stderr.write(`\n${facts.id} ${facts.case}: ${error.stack}\n`);
  }
}

function cellsOf({ facts, verdict }) {
  if (facts.ratio === undefined)
    return [facts.id, facts.case, verdict, '', '', '', '', '', facts[verdict].split('\n')[0]];
  const isAmount = facts.baseline === null;
  const amount = (value) => (isAmount ? `${value} ${facts.unit}` : `${value}`);
  return [
    facts.id,
    facts.case,
    amount(facts.ratio),
    amount(facts.reach),
    `${Math.round(facts.spread * 100)} %`,
    isAmount ? '' : duration(facts.ours),
    isAmount ? '' : duration(facts.base),
    facts.baseline ?? '',
    verdict === 'over' ? 'OVER' : '',
  ];
}

function duration(ms) {
  return ms >= 0.1 ? `${Number(ms.toPrecision(3))} ms` : `${Number((ms * 1000).toPrecision(3))} µs`;
}

const line = (cells) =>
  cells
    .map((cell, at) => cell.padEnd(COLUMNS[at][1]))
    .join('  ')
    .trimEnd();
