import type { ClassOf } from '../decorators/action.decorator.js';

// What the compiler knows of the actions of a pipeline: which params each takes, and which it hands on.

/** An action as a pipeline names it: its class, or its name where only the plugin's files know the class. */
export type PipelineAction = ClassOf<object> | string;

/** What the compiler says of an action that cannot stand where it does. */
export interface PipelineFault<Message extends string> {
  readonly pipelineFault: Message;
}

/** Nothing is known of it, so nothing is checked that comes after it. */
export interface Unknown {
  readonly '~unknown': true;
}

type ExecuteOf<A> =
  A extends ClassOf<infer Instance> ? (Instance extends { execute?: infer E } ? NonNullable<E> : never) : never;

/** The params that an action class takes. */
export type ParamsOfAction<A> =
  ExecuteOf<A> extends (params: infer P, ...rest: never[]) => unknown ? (unknown extends P ? object : P) : object;

/** What an action class comes to. */
export type ResultOfAction<A> = ExecuteOf<A> extends (...args: never[]) => infer R ? Awaited<R> : unknown;

/** Texts, numbers, lists and nothing hand no params on. */
type NoFields = string | number | boolean | bigint | symbol | null | undefined | void | readonly unknown[];

/** What of a result becomes params: `Unknown` where the compiler cannot tell. */
type HandedOn<A> = A extends string
  ? Unknown
  : unknown extends ResultOfAction<A>
    ? Unknown
    : FieldsOf<Exclude<ResultOfAction<A>, NoFields>>;

type FieldsOf<R> = [R] extends [never] ? object : string extends keyof R ? Unknown : DataOf<R>;

/** Methods are no data. */
type DataOf<T> = { [K in keyof T as T[K] extends (...args: never[]) => unknown ? never : K]: T[K] };

/** `Next` laid over `Known`: results win. */
export type Laid<Known, Next> = Known extends Unknown
  ? Unknown
  : Next extends Unknown
    ? Unknown
    : Omit<Known, keyof Next> & Next;

/** Names of the params that `P` needs and `Known` lacks. One with a `?` is not needed. */
type MissingIn<P, Known> = {
  [K in keyof P]-?: K extends keyof Known ? never : object extends Pick<P, K> ? never : K;
}[keyof P];

/** Names of the params that `Known` has with a type that `P` does not take. */
type MistypedIn<P, Known> = {
  [K in keyof P]-?: K extends keyof Known ? (Known[K] extends P[K] ? never : K) : never;
}[keyof P];

/** `unknown` for an action that can be given what it takes, else what is wrong. */
export type CheckedAction<A, Known> = A extends string
  ? unknown
  : Known extends Unknown
    ? unknown
    : CheckedParams<DataOf<ParamsOfAction<A>>, Known>;

type CheckedParams<P, Known> = [MissingIn<P, Known>] extends [never]
  ? [MistypedIn<P, Known>] extends [never]
    ? unknown
    : PipelineFault<`'${MistypedIn<P, Known> & string}' comes from the initial params or an earlier result with another type`>
  : PipelineFault<`'${MissingIn<P, Known> & string}' is neither in the initial params nor in an earlier result: name it in { params }, or make it optional with '?'`>;

/** A list of actions, each checked against what is known when it runs. */
export type CheckedOrder<Actions extends readonly unknown[], Known> = Actions extends readonly [
  infer First,
  ...infer Rest,
]
  ? [CheckedAction<First, Known>, ...CheckedOrder<Rest, Laid<Known, HandedOn<First>>>]
  : Actions extends readonly []
    ? []
    : unknown[];

/** Without params of its own, a pipeline takes those of its first action. */
export type InitialOf<Actions extends readonly unknown[]> = Actions extends readonly [infer First, ...unknown[]]
  ? First extends string
    ? Unknown
    : DataOf<ParamsOfAction<First>>
  : Unknown;

/** What the last of the actions comes to. */
export type LastResult<Actions extends readonly unknown[]> = Actions extends readonly [...unknown[], infer Last]
  ? ResultOfAction<Last>
  : unknown;

/** The action that a node of a graph stands for. */
type ActionOfNode<N> = N extends { readonly action: infer A } ? A : N;

/** Names of the nodes that a node waits for. */
type AfterOf<N> = N extends { readonly after: readonly (infer Name)[] } ? Name & string : never;

/** Names of all nodes that are done before the node `K` starts. */
type BeforeNode<Nodes, K, Seen = never> = K extends keyof Nodes
  ? K extends Seen
    ? never
    : AfterOf<Nodes[K]> | BeforeNode<Nodes, AfterOf<Nodes[K]>, Seen | K>
  : never;

/** What the nodes of these names hand on. Where several hand on one name, any of their types may come. */
type HandedOnBy<Nodes, Names> = Names extends keyof Nodes ? HandedOn<ActionOfNode<Nodes[Names]>> : never;
type KeysOfUnion<U> = U extends unknown ? keyof U : never;
type ValueInUnion<U, K> = U extends unknown ? (K extends keyof U ? U[K] : never) : never;
type Together<U> = [U] extends [never]
  ? object
  : Extract<U, Unknown> extends never
    ? { [K in KeysOfUnion<U>]: ValueInUnion<U, K> }
    : Unknown;

/** A graph of actions, each checked against what those before it hand on. */
export type CheckedGraph<Nodes, Initial> = {
  [K in keyof Nodes]: [Exclude<AfterOf<Nodes[K]>, keyof Nodes>] extends [never]
    ? CheckedAction<
        ActionOfNode<Nodes[K]>,
        Laid<InitialOfGraph<Nodes, Initial>, Together<HandedOnBy<Nodes, BeforeNode<Nodes, K>>>>
      >
    : PipelineFault<`'${Exclude<AfterOf<Nodes[K]>, keyof Nodes> & string}' in 'after' is no node of this graph`>;
};

/** Without params of its own, a graph takes those of the nodes that wait for nothing. */
type InitialOfGraph<Nodes, Initial> = [Initial] extends [never] ? ParamsOfRoots<Nodes> : DataOf<Initial>;
type RootsOf<Nodes> = { [K in keyof Nodes]: [AfterOf<Nodes[K]>] extends [never] ? K : never }[keyof Nodes];
type ParamsOfRoots<Nodes> = Intersected<
  RootsOf<Nodes> extends infer K ? (K extends keyof Nodes ? [ParamsOfNode<Nodes[K]>] : never) : never
>;
type ParamsOfNode<N> = ActionOfNode<N> extends string ? Unknown : DataOf<ParamsOfAction<ActionOfNode<N>>>;
/** Wrapped in tuples, so that a union of objects is not taken for one. */
type Intersected<U> = (U extends [infer P] ? (taken: P) => void : never) extends (taken: infer I) => void ? I : object;

/** The params class of a pipeline's own, or never. */
export type InitialParams<Actions extends readonly unknown[], Initial> = [Initial] extends [never]
  ? InitialOf<Actions>
  : DataOf<Initial>;
