/** Statistics: a number for each thing that is counted of a subject in an hour. */
export const TALLIES = `
  CREATE TABLE tallies (
    subject TEXT NOT NULL,
    hour INTEGER NOT NULL,
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (subject, hour, name)
  ) WITHOUT ROWID;
  CREATE INDEX tallies_hour ON tallies (hour);
`;
