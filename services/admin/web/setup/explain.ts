import type { Text } from '../text/text.js';
import type { Explanation } from '../text/problems.js';
import { deedOf, type LoggedRequest } from './deed.js';
import { diagnose } from './diagnose.js';
import type { Provider, Way } from './providers/provider.js';

/** What the provider sent, what is needed and what to do, in the words of `text`; undefined where nothing is wrong. */
export function explain(
  request: LoggedRequest,
  { provider, way, text }: { readonly provider: Provider; readonly way: Way; readonly text: Text },
): Explanation | undefined {
  const problem = diagnose(request);
  if (problem === undefined) return undefined;
  return text.problems[problem.kind]({
    provider: nameOf(provider, text),
    what: inWords(request, text),
    attribute: problem.attribute,
    baseUrlField: way.baseUrlField,
    tokenField: way.tokenField,
    mappingAt: way.mappingAt,
  });
}

/** "a new user" */
export function inWords(request: Pick<LoggedRequest, 'method' | 'path'>, { deeds }: Text): string {
  const { act, of } = deedOf(request);
  return deeds[act][of];
}

export const nameOf = ({ id, name }: Provider, { yourProvider }: Text): string =>
  id === 'other' ? yourProvider : name;
