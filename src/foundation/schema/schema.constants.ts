/** Metadata key under which `@UiField` keeps its options, on the prototype and per property. */
export const UI_FIELD_METADATA = 'synapse:ui-field';

/** Metadata key under which `@FileField` keeps the fields of a params class that are files. */
export const FILE_FIELDS_METADATA = 'synapse:file-fields';

/** How deep params may nest. Deeper input is refused before it can exhaust the call stack. */
export const MAX_NESTING_DEPTH = 100;

/** How many broken rules one error lists; past that only their number is told. */
export const MAX_LISTED_ISSUES = 1000;
