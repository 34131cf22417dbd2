import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom, type Random } from '../../services/simulator/random.js';
import type { FailPoint } from '../../shared/runtime/fail-point.js';
import type { Installation } from './installation.js';
import type { Member } from './member.js';
import { nemesesOf, nemesis, pointsOf, TRACKS, type NemesisName, type Stage, type Track } from './nemeses.js';
import type { MoodyReceiver } from './receivers.js';

export interface ScheduleOptions {
  readonly installation: Installation;
  readonly receivers: readonly MoodyReceiver[];
  readonly seed: number;
  readonly seconds: number;
  /** Undefined: all that the installation can be struck by. */
  readonly only: readonly NemesisName[] | undefined;
  /** Undefined: all fail points that the installation passes. */
  readonly points: readonly FailPoint[] | undefined;
  /** Resolves when the service has done some work since the last call, or has not for a while. */
  readonly untilAtWork: () => Promise<void>;
  readonly onStrike: (name: NemesisName) => void;
}

/** Longest rest of a track between two strikes. */
const REST_MS: Readonly<Record<Track, number>> = { processes: 1_500, receivers: 4_000, surroundings: 15_000 };

/** Strikes for so long, on each track one nemesis after another. The seed decides which and when, as far as the machine is as fast. */
export async function strike(options: ScheduleOptions): Promise<void> {
  const { installation, receivers, seed, seconds, only, points, untilAtWork, onStrike } = options;
  const until = performance.now() + seconds * 1000;
  const keepStriking = async ([track, members]: Lane, random: Random): Promise<void> => {
    const within = { ...installation, members };
    const names = nemesesOf(track, within).filter((name) => only?.includes(name) !== false);
    if (names.length === 0) return;
    const weightOf = (name: NemesisName): number => Math.max(nemesis(name).weight, only === undefined ? 0 : 1);
    const urn = names.flatMap((name) => Array.from({ length: weightOf(name) }, () => name));
    const reachable = pointsOf(within);
    const nextPoint = inTurns(points?.filter((point) => reachable.includes(point)) ?? reachable, random);
    const stage: Stage = { ...within, receivers, random, nextPoint };
    while (performance.now() < until) {
      await sleep(Math.min(random.below(REST_MS[track]), Math.max(until - performance.now(), 0)));
      if (track === 'processes') await untilAtWork();
      const name = random.pick(urn) ?? 'kill -9';
      await nemesis(name).strike(stage);
      onStrike(name);
    }
  };
  const lanes = lanesOf(installation);
  await Promise.all(lanes.map((lane, index) => keepStriking(lane, createRandom(seed * lanes.length + index))));
}

type Lane = readonly [Track, readonly Member[]];

/** In a cluster, one before the store and one behind it are struck at a time. */
function lanesOf({ members, servers }: Installation): Lane[] {
  const isBehind = ({ role }: Member): boolean => role === 'relay' || role === 'dispatcher';
  const sides = servers === undefined ? [members] : [members.filter((one) => !isBehind(one)), members.filter(isBehind)];
  return TRACKS.flatMap((track) => (track === 'processes' ? sides : [members]).map((side): Lane => [track, side]));
}

/** All of them in a chance order, and again in another one. */
function inTurns<T>(all: readonly T[], random: Random): () => T {
  let left: T[] = [];
  return () => {
    if (left.length === 0) left = random.sample(all, all.length);
    const next = left.pop();
    if (next === undefined) throw new Error('there is one');
    return next;
  };
}
