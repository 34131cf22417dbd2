import { NOBODY_WAITED } from '../../../../shared/runtime/answer.js';
import { deedOf, isAccepted, type LoggedRequest } from './deed.js';

/** What can be wrong with a request of an identity provider's, as far as its administrator can mend it. */
export type ProblemKind =
  | 'tokenMissing'
  | 'tokenMistyped'
  | 'tokenUnknown'
  | 'disabled'
  | 'caller'
  | 'certificate'
  | 'address'
  | 'version'
  | 'userNameTaken'
  | 'taken'
  | 'userNameMissing'
  | 'missing'
  | 'member'
  | 'value'
  | 'filter'
  | 'attribute'
  | 'noTarget'
  | 'readOnly'
  | 'form'
  | 'gone'
  | 'unknownType'
  | 'method'
  | 'stale'
  | 'tooLarge'
  | 'tooMany'
  | 'tooFast'
  | 'tooSlow'
  | 'ours'
  | 'refused';

interface Problem {
  readonly kind: ProblemKind;
  /** The attribute that it is about, as SCIM calls it; empty where there is none. */
  readonly attribute: string;
}

/** What is wrong with a request; undefined where nothing is, as with a look whether somebody is there who is not. */
export function diagnose(request: LoggedRequest): Problem | undefined {
  const kind = kindOf(request);
  return kind && { kind, attribute: attributeOf(request.detail ?? '') };
}

function refusedCaller(detail: string): ProblemKind {
  if (detail.includes('allowedCidrs')) return 'caller';
  return detail.includes('client certificate') ? 'certificate' : 'disabled';
}

function kindOf(request: LoggedRequest): ProblemKind | undefined {
  const { status, path, method, detail } = request;
  if (isAccepted(request)) return undefined;
  switch (status) {
    case 401:
      return tokenProblem(detail ?? '');
    case 403:
      return refusedCaller(detail ?? '');
    case 404:
      return notFound(request);
    case 405:
      return BELOW_USERS.test(path) ? 'address' : 'method';
    case 409:
      return deedOf(request).of === 'user' && request.scimType === 'uniqueness' ? 'userNameTaken' : 'taken';
    case 412:
      return 'stale';
    case 413:
      return 'tooLarge';
    case 429:
      return 'tooFast';
    case NOBODY_WAITED:
      return 'tooSlow';
    case 501:
      return path.startsWith('/Me') ? undefined : 'method';
    default:
      return status >= 500 ? 'ours' : byScimType(request, method);
  }
}

/** By the words of `services/ingest/authenticate.ts`, which have no code of their own in SCIM. */
function tokenProblem(detail: string): ProblemKind {
  if (detail.includes('has no bearer token')) return 'tokenMissing';
  return detail.includes('mistyped') ? 'tokenMistyped' : 'tokenUnknown';
}

/** Paths that come of a base URL with something behind it, or with something left out. */
const MISPLACED = /^\/?$|^\/(\/|…|v\d|scim)/i;
/** `/Users/Users?filter=…`: the log hides what is no id. */
const BELOW_USERS = /^\/(Users|Groups)\/…$/i;
const SEARCH_BELOW_USERS = /^\/(Users|Groups)\/…\?.*\b(filter|startIndex|count)=/i;

function notFound(request: LoggedRequest): ProblemKind | undefined {
  const { path, detail } = request;
  const isMisplaced = MISPLACED.test(path) || SEARCH_BELOW_USERS.test(path);
  if (isMisplaced || detail?.includes('SCIM base URL') === true) return 'address';
  const { act, of } = deedOf(request);
  // Providers look whether somebody is there, and what there is.
  if (act === 'read' || act === 'discover' || (act === 'search' && of === 'other')) return undefined;
  return of === 'other' ? 'unknownType' : 'gone';
}

function byScimType({ scimType, detail, attributes }: LoggedRequest, method: string): ProblemKind {
  const text = detail ?? '';
  switch (scimType) {
    case 'invalidVers':
      return 'version';
    case 'uniqueness':
      return 'taken';
    case 'invalidFilter':
      return 'filter';
    case 'tooMany':
      return 'tooMany';
    case 'mutability':
      return 'readOnly';
    case 'invalidPath':
      return 'attribute';
    case 'noTarget':
      return 'noTarget';
    case 'invalidSyntax':
    case 'invalidCursor':
    case 'invalidCount':
      return 'form';
    case 'invalidValue':
      if (/^userName: it is (missing|blank)/.test(text)) return 'userNameMissing';
      if (/: it is (missing|blank)/.test(text)) return 'missing';
      return text.startsWith('members: ') ? 'member' : 'value';
    default:
      return method !== 'GET' && attributes.length === 0 ? 'form' : 'refused';
  }
}

/** A detail begins with the attribute that it is about: `emails[0].value: it is …`, `Operations[1].path: title is …`. */
function attributeOf(detail: string): string {
  const [, operation] = /^Operations\[\d+\]\.?\w*: ([A-Za-z][\w.:]*) is\b/.exec(detail) ?? [];
  const [, first] = /^([A-Za-z][\w.:[\]…"-]*): /.exec(detail) ?? [];
  return operation ?? (first?.startsWith('Operations') === true ? '' : (first ?? ''));
}

/** Requests that look like one another: the newest says it all. */
const sortOf = (request: LoggedRequest): string => {
  const { act, of } = deedOf(request);
  return `${act} ${of}`;
};

/**
 * Newest first: what is still wrong, each kind once, without what a later request of the same sort has overcome, or what was wrong
 * with the way here before the first token was accepted.
 */
export function openProblems(
  requests: readonly LoggedRequest[],
  { tokenAcceptedAt }: { readonly tokenAcceptedAt: string | null },
): { request: LoggedRequest; problem: Problem }[] {
  const accepted = new Set<string>();
  const told = new Set<string>();
  return requests.flatMap((request) => {
    if (isAccepted(request)) accepted.add(sortOf(request));
    const problem = diagnose(request);
    if (problem === undefined) return [];
    const isOvercome = isOfConnection(problem)
      ? accepted.size > 0 || (tokenAcceptedAt !== null && request.at <= tokenAcceptedAt)
      : accepted.has(sortOf(request));
    const sort = `${problem.kind} ${problem.attribute}`;
    if (isOvercome || told.has(sort)) return [];
    told.add(sort);
    return [{ request, problem }];
  });
}

const OF_CONNECTION: readonly ProblemKind[] = [
  'tokenMissing',
  'tokenMistyped',
  'tokenUnknown',
  'disabled',
  'caller',
  'certificate',
  'address',
  'version',
];

/** Whether it is about the way here, so that it is overcome by whatever is accepted. */
export const isOfConnection = ({ kind }: Problem): boolean => OF_CONNECTION.includes(kind);
