/** Own metadata of a class that is an action: its {@link ActionOptions}. Fixed, so that it means the same in every copy of the package. */
export const ACTION_METADATA = 'synapse:action';
/** Own metadata of a class with method actions: a list of {@link MethodAction}. */
export const METHOD_ACTIONS_METADATA = 'synapse:method-actions';
