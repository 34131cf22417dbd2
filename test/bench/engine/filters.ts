import { filter as compileTheirs, parse as parseTheirs } from 'scim2-parse-filter';
import SCIMMY from 'scimmy';
import { compileFilter } from '../../../shared/scim/filter/evaluate.js';
import { parseFilter } from '../../../shared/scim/filter/parse.js';
import { USER } from '../../../shared/scim/schemas/index.js';
import { comparison, job, type Difference } from './comparison.js';
import { BASE_URL, example, KILOBYTE, user, type User } from './users.js';

/** RFC 7644 section 3.4.2.2. */
const { given, filters } = example('rfc7644-3.4.2.2-filters');
const ONE = user('kilobyte', KILOBYTE);
const ALL = [...given.map(({ body, at = '' }, index) => user(`u-${index}`, body, Date.parse(at))), ONE];

/** By which identity providers look somebody up, beside the RFC's. */
const LOOK_UPS = [
  'userName eq "user-000000001@bench.example"',
  'externalId eq "00u000000001"',
  'emails[type eq "work"].value eq "user-000000001@bench.example"',
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "Engineering"',
];

interface Input {
  readonly name: string;
  /** The filter is evaluated on each of them. */
  readonly users: readonly User[];
}

const INPUTS: readonly Input[] = [...filters.map(({ filter }) => filter), ...LOOK_UPS].map((name) => ({
  name,
  users: ALL,
}));

const compileOurs = (text: string) => compileFilter(USER, parseFilter(text), BASE_URL);
const names = (users: readonly User[]): unknown[] => users.map(({ sent }) => sent['userName']);
const ours = (filter: ReturnType<typeof parseFilter>, users: readonly User[]) =>
  names(users.filter(({ facts }) => compileFilter(USER, filter, BASE_URL)(facts)));
const theirs = (filter: ReturnType<typeof parseTheirs>, users: readonly User[]) =>
  names(users.filter(({ sent }) => compileTheirs(filter)(sent)));
const scimmys = (filter: { match(values: object[]): object[] }, users: readonly User[]) =>
  names(users.filter(({ sent }) => filter.match([sent]).length > 0));

const CASE = ['userName sw "J"'];
const CORE_URN = ['urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"'];
const DATES = ['meta.lastModified ge "2011-05-13T04:42:34Z"', 'meta.lastModified lt "2011-05-13T04:42:34Z"'];
const LISTS = ['schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"'];
const COMPLEX = [
  'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
  'userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")',
];
const THROWS = [
  'name.familyName co "O\'Malley"',
  'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
  'emails[type eq "work"].value eq "user-000000001@bench.example"',
];
const EXTENSION = ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "Engineering"'];

const DIFFERENCES: readonly Difference[] = [
  { at: CASE, of: 'scim2-parse-filter', why: 'the case of letters always counts' },
  { at: CORE_URN, of: 'scim2-parse-filter', why: "the core schema's URN is taken for an attribute" },
  { at: DATES, of: 'scim2-parse-filter', why: 'dates are compared as texts' },
  { at: LISTS, of: 'scim2-parse-filter', why: 'a list of texts equals none of them' },
  { at: COMPLEX, of: 'scim2-parse-filter', why: 'a complex attribute does not stand for its value' },
  { at: CASE, of: 'scimmy', why: 'the case of letters always counts' },
  { at: [...CORE_URN, ...EXTENSION], of: 'scimmy', why: 'a URN before an attribute is not understood in a match' },
  {
    at: [...LISTS, ...COMPLEX],
    of: 'scimmy',
    why: 'it throws: lists of texts, and complex attributes without a name after them',
  },
  { at: THROWS, of: 'scimmy', why: 'it throws where a user lacks the attribute' },
];

/** A text to what can be evaluated. Told by what it selects, since trees differ in form. */
const parse = comparison(
  'filter: parse',
  INPUTS,
  {
    ours: ({ name, users }) =>
      job(
        () => parseFilter(name),
        (filter) => ours(filter, users),
      ),
    theirs: {
      'scim2-parse-filter': ({ name, users }) =>
        job(
          () => parseTheirs(name),
          (filter) => theirs(filter, users),
        ),
      scimmy: ({ name, users }) =>
        job(
          () => new SCIMMY.Types.Filter(name),
          (filter) => scimmys(filter, users),
        ),
    },
  },
  { differences: DIFFERENCES },
);

/** What is parsed already, on one user after another. */
const evaluate = comparison(
  'filter: evaluate',
  INPUTS,
  {
    ours: ({ name, users }) => {
      const matches = compileOurs(name);
      return job(() => users.filter(({ facts }) => matches(facts)), names);
    },
    theirs: {
      'scim2-parse-filter': ({ name, users }) => {
        const matches = compileTheirs(parseTheirs(name));
        return job(() => users.filter(({ sent }) => matches(sent)), names);
      },
      scimmy: ({ name, users }) => {
        const filter = new SCIMMY.Types.Filter(name);
        return job(() => users.filter(({ sent }) => filter.match([sent]).length > 0), names);
      },
    },
  },
  { differences: DIFFERENCES },
);

/** What a look-up comes to once the index has named the one user that may match. */
const lookUp = comparison(
  'filter: parse, then evaluate on one user',
  INPUTS,
  {
    ours: ({ name, users }) =>
      job(
        () => compileOurs(name)(ONE.facts),
        () => names(users.filter(({ facts }) => compileOurs(name)(facts))),
      ),
    theirs: {
      'scim2-parse-filter': ({ name, users }) =>
        job(
          () => compileTheirs(parseTheirs(name))(ONE.sent),
          () => theirs(parseTheirs(name), users),
        ),
      scimmy: ({ name, users }) =>
        job(
          () => new SCIMMY.Types.Filter(name).match([ONE.sent]),
          () => scimmys(new SCIMMY.Types.Filter(name), users),
        ),
    },
  },
  { differences: DIFFERENCES },
);

export const FILTERS = [parse, evaluate, lookUp];
