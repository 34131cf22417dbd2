import { readFileSync } from 'node:fs';

/** What another process uses, read from /proc: Linux only. */

const KIBIBYTES_PER_MEBIBYTE = 1024;
/** USER_HZ on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const SAMPLE_MS = 100;

/** Resident memory in MiB. */
export const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) / KIBIBYTES_PER_MEBIBYTE;

/** Bytes written to files so far; those of a page count when it is first changed, not when it gets to the disk. */
export const writtenBy = (pid: number): number =>
  Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1] ?? NaN);

/** Seconds of processor time so far, of all its threads; what others on the machine do does not count. */
export function cpuOf(pid: number): number {
  // proc(5): the name in parentheses may have spaces; after it, utime and stime are fields 12 and 13.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** From now to `end`: the share of one core, and the greatest resident memory. */
export function watch(pid: number): { end(): { cpu: number; mostMiB: number } } {
  const [cpuBefore, start] = [cpuOf(pid), performance.now()];
  let mostMiB = 0;
  const timer = setInterval(() => (mostMiB = Math.max(mostMiB, memoryOf(pid))), SAMPLE_MS);
  return {
    end() {
      clearInterval(timer);
      return { cpu: (cpuOf(pid) - cpuBefore) / ((performance.now() - start) / 1000), mostMiB };
    },
  };
}
