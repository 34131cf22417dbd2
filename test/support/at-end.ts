/** Does it when the test file is over; outside of Jest, when the process ends. */
export function atEnd(work: () => void): void {
  if (typeof afterAll === 'undefined') process.once('exit', work);
  else afterAll(work);
}
