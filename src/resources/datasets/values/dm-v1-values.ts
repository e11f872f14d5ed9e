import type { JsonRecord } from '../model/json-value.js';
import { flag, id, listOf, mapOf, orNull, record, text, value, whole } from './field-kinds.js';
import { FieldReader, type ValuePlace } from './value-reader.js';

const SHARED = ['id', 'tool', 'isLocked', 'isVisible', 'classification'];

/** What is said of an annotation of DM v1: its class and anything else, under any names. */
export class DMv1Classification {
  /** Everything that it says. */
  readonly fields: JsonRecord;

  /**
   * @param input - Its JSON form; every key is kept.
   * @throws {@link DatasetValueError} when it is no object.
   */
  constructor(input: unknown, place?: ValuePlace) {
    const fields = new FieldReader('DMv1Classification', input, place);
    this.fields = fields.others([]);
    fields.end();
  }

  toJSON(): JsonRecord {
    return this.fields;
  }
}

const classification = orNull(value(DMv1Classification));

/** An annotation of DM v1. Its shape is among the fields that are kept as they are. */
export class DMv1AnnotationBase {
  readonly id: string;
  /** E.g. `boundingBox` or `polygon`. */
  readonly tool: string;
  readonly isLocked: boolean;
  readonly isVisible: boolean;
  readonly classification: DMv1Classification | null;
  /** Its other fields, e.g. `data`. */
  readonly others: JsonRecord;

  /**
   * @param input - Its JSON form.
   * @throws {@link DatasetValueError} with all that is wrong.
   */
  constructor(input: unknown, place?: ValuePlace) {
    const fields = new FieldReader('DMv1AnnotationBase', input, place);
    this.id = fields.required('id', id, '');
    this.tool = fields.required('tool', text, '');
    this.isLocked = fields.optional('isLocked', flag, false);
    this.isVisible = fields.optional('isVisible', flag, true);
    this.classification = fields.optional('classification', classification, null);
    this.others = fields.others(SHARED);
    fields.end();
  }

  toJSON(): JsonRecord {
    const { others, ...own } = this;
    return { ...own, ...others };
  }
}

/** How two annotations belong together. */
export class DMv1RelationItem {
  readonly id: string;
  readonly tool: string;
  readonly isLocked: boolean;
  readonly isVisible: boolean;
  readonly annotationId: string;
  readonly targetAnnotationId: string;
  readonly classification: DMv1Classification | null;

  /**
   * @param input - Its JSON form; unknown keys are dropped.
   * @throws {@link DatasetValueError} with all that is wrong.
   */
  constructor(input: unknown, place?: ValuePlace) {
    const fields = new FieldReader('DMv1RelationItem', input, place);
    this.id = fields.required('id', id, '');
    this.tool = fields.optional('tool', text, 'relation');
    this.isLocked = fields.optional('isLocked', flag, false);
    this.isVisible = fields.optional('isVisible', flag, true);
    this.annotationId = fields.required('annotationId', text, '');
    this.targetAnnotationId = fields.required('targetAnnotationId', text, '');
    this.classification = fields.optional('classification', classification, null);
    fields.end();
  }
}

/** An annotation in a group, and those below it. */
export class DMv1GroupMemberItem {
  readonly annotationId: string;
  readonly children: readonly DMv1GroupMemberItem[];

  /**
   * @param input - Its JSON form; unknown keys are dropped.
   * @throws {@link DatasetValueError} with all that is wrong.
   */
  constructor(input: unknown, place?: ValuePlace) {
    const fields = new FieldReader('DMv1GroupMemberItem', input, place);
    this.annotationId = fields.required('annotationId', text, '');
    this.children = fields.optional('children', listOf(value(DMv1GroupMemberItem)), []);
    fields.end();
  }
}

/** Annotations that belong together. */
export class DMv1AnnotationGroupItem {
  readonly id: string;
  readonly tool: string;
  readonly isLocked: boolean;
  readonly classification: DMv1Classification | null;
  readonly annotationList: readonly DMv1GroupMemberItem[];

  /**
   * @param input - Its JSON form; unknown keys are dropped.
   * @throws {@link DatasetValueError} with all that is wrong.
   */
  constructor(input: unknown, place?: ValuePlace) {
    const fields = new FieldReader('DMv1AnnotationGroupItem', input, place);
    this.id = fields.required('id', id, '');
    this.tool = fields.optional('tool', text, 'annotationGroup');
    this.isLocked = fields.optional('isLocked', flag, false);
    this.classification = fields.optional('classification', classification, null);
    this.annotationList = fields.optional('annotationList', listOf(value(DMv1GroupMemberItem)), []);
    fields.end();
  }
}

/** What belongs to a frame of a video, a section of it, or a text. */
export class DMv1AnnotationDataItem {
  readonly frameIndex: number | null;
  /** Whole numbers by name, e.g. `startFrame`. */
  readonly section: Readonly<Record<string, number>> | null;
  readonly input: string | null;
  readonly output: string | null;

  /**
   * @param input - Its JSON form; unknown keys are dropped.
   * @throws {@link DatasetValueError} with all that is wrong.
   */
  constructor(input: unknown, place?: ValuePlace) {
    const fields = new FieldReader('DMv1AnnotationDataItem', input, place);
    this.frameIndex = fields.optional('frameIndex', orNull(whole), null);
    this.section = fields.optional('section', orNull(mapOf(whole)), null);
    this.input = fields.optional('input', orNull(text), null);
    this.output = fields.optional('output', orNull(text), null);
    fields.end();
  }
}

type ByAsset<T> = Readonly<Record<string, readonly T[]>>;

/** A document of DM v1: the annotations of an assignment, in lists by asset. */
export class DMv1Document {
  readonly assignmentId: string | null;
  readonly extra: JsonRecord | null;
  readonly annotations: ByAsset<DMv1AnnotationBase>;
  readonly relations: ByAsset<DMv1RelationItem>;
  readonly annotationGroups: ByAsset<DMv1AnnotationGroupItem>;
  readonly annotationsData: ByAsset<DMv1AnnotationDataItem>;

  /**
   * @param input - Its JSON form. Missing lists are empty.
   * @throws {@link DatasetValueError} with all that is wrong.
   */
  constructor(input: unknown = {}, place?: ValuePlace) {
    const fields = new FieldReader('DMv1Document', input, place);
    this.assignmentId = fields.optional('assignmentId', orNull(text), null);
    this.extra = fields.optional('extra', orNull(record), null);
    this.annotations = fields.optional('annotations', mapOf(listOf(value(DMv1AnnotationBase))), {});
    this.relations = fields.optional('relations', mapOf(listOf(value(DMv1RelationItem))), {});
    this.annotationGroups = fields.optional('annotationGroups', mapOf(listOf(value(DMv1AnnotationGroupItem))), {});
    this.annotationsData = fields.optional('annotationsData', mapOf(listOf(value(DMv1AnnotationDataItem))), {});
    fields.end();
  }
}
