import type { SetupView } from '../../setup/directory.js';
import { deedOf, isAccepted, type LoggedRequest } from './deed.js';
import { isOfConnection, openProblems } from './diagnose.js';

export const STEPS = ['choose', 'connect', 'test', 'map', 'done'] as const;
export type StepName = (typeof STEPS)[number];

/** What has happened so far, each with its time. */
export type Progress = SetupView['progress'];

/** What is done, for the marks at the left. */
export const finishedSteps = (provider: string | null, progress: Progress): Readonly<Record<StepName, boolean>> => ({
  choose: provider !== null,
  connect: progress.tokenAcceptedAt !== null,
  test: progress.firstUserAt !== null,
  map: progress.completedAt !== null,
  done: progress.completedAt !== null,
});

/** Where somebody goes on who comes back. */
export function nextStep(provider: string | null, progress: Progress): StepName {
  const finished = finishedSteps(provider, progress);
  return STEPS.find((step) => !finished[step]) ?? 'done';
}

export interface Check {
  readonly name: 'reached' | 'admitted' | 'user' | 'changed' | 'group';
  readonly state: 'done' | 'waiting' | 'failing';
  /** Not everybody has it: what it is about need not come. */
  readonly isOptional: boolean;
}

/** What is looked for while a provider is tried; `requests` newest first. */
export function checksOf(progress: Progress, requests: readonly LoggedRequest[]): readonly Check[] {
  const open = openProblems(requests, progress);
  const fails = (of: 'user' | 'group'): boolean =>
    open.some(({ request, problem }) => !isOfConnection(problem) && deedOf(request).of === of);
  const check = (name: Check['name'], isDone: boolean, isFailing: boolean, isOptional = false): Check => ({
    name,
    state: isDone ? 'done' : isFailing ? 'failing' : 'waiting',
    isOptional,
  });
  return [
    check('reached', progress.firstRequestAt !== null, false),
    check(
      'admitted',
      progress.tokenAcceptedAt !== null,
      open.some(({ problem }) => isOfConnection(problem)),
    ),
    check('user', progress.firstUserAt !== null, fails('user')),
    check('changed', requests.some(isChangeOfUser), false, true),
    check('group', progress.firstGroupAt !== null, fails('group'), true),
  ];
}

function isChangeOfUser(request: LoggedRequest): boolean {
  const { act, of } = deedOf(request);
  return of === 'user' && (act === 'change' || act === 'remove') && isAccepted(request);
}
