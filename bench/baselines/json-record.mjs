/** The least that reporting can be: turn the record into the text that somebody may read. */
export function jsonRecord(record) {
  return JSON.stringify(record);
}
