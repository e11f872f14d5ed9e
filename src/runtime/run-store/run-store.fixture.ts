export { entryOf, eventsFrom, ownedRecordOf, ownerOf, recordOf, seqsOf } from './contract-values.js';
