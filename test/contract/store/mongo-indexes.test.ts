import { createLogger } from '../../../shared/runtime/logger.js';
import { candidates } from '../../../shared/scim/filter/candidates.js';
import { parseFilter } from '../../../shared/scim/filter/parse.js';
import { USER } from '../../../shared/scim/schemas/index.js';
import { connectMongo, type MongoConnection } from '../../../shared/store/mongo/connection.js';
import { migrateMongo } from '../../../shared/store/mongo/migrations.js';
import { createResources } from '../../../shared/store/mongo/resources.js';
import { mongoServer, testDatabase } from '../../support/mongo-database.js';
import { skipSuite } from '../../support/skip-suite.js';

const FILTERS = ['userName eq "ann"', 'externalId eq "E7"', 'emails[type eq "work"].value eq "ann@x.example"'];

if (mongoServer === undefined) {
  skipSuite('the indexes behind filters on MongoDB', 'MONGODB_URI is not set');
} else {
  const database = testDatabase();
  let connection: MongoConnection;
  beforeAll(async () => {
    await migrateMongo({ uri: database.uri });
    connection = connectMongo(database.uri, createLogger('test', 'silent'));
    // Enough rows for the planner to see that the index of keys finds fewer than that of pages.
    const rows = Array.from({ length: 300 }, (_, index) => ({
      _id: `directory:${index}`,
      directoryId: 'directory',
      live: true,
      commit: 1,
      purgeAt: null,
      id: `${index}`,
      type: 'User',
      keys: [`userName:${index}`],
      row: JSON.stringify({ id: `${index}` }),
    }));
    await connection.call(({ resources }) => resources.insertMany(rows));
  });
  afterAll(async () => {
    await connection.close();
    await database.drop();
  });

  /** The plan of the query that the store makes of a filter. */
  const explain = (text: string): Promise<unknown> => {
    let plan: Promise<unknown> | undefined;
    const watched: MongoConnection = {
      ...connection,
      call: (work) =>
        connection.call(({ resources, ...others }, session, db) => {
          const find = (where: object, { skip: _none, ...options }: { skip?: number }): unknown => {
            // A first page skips nothing, and some compatible services take no skip here.
            plan = resources.find(where, options).explain('queryPlanner');
            return resources.find(where, options);
          };
          return work({ ...others, resources: Object.create(resources, { find: { value: find } }) }, session, db);
        }),
    };
    return createResources(watched)
      .list('directory', 'User', candidates(USER, parseFilter(text)), { limit: 10 })
      .then(() => plan);
  };

  test('the index of keys has the directory, the type and the keys first', async () => {
    const indexes = await connection.call(({ resources }) => resources.indexes());
    expect(indexes).toContainEqual(
      expect.objectContaining({ name: 'keys', key: { directoryId: 1, type: 1, keys: 1, id: 1 } }),
    );
  });

  test.each(FILTERS)('%s is answered from an index, where explain names the stages of a plan', async (text) => {
    expect(candidates(USER, parseFilter(text))).toMatchObject({ ids: [], keys: [expect.any(String)] });
    const plan = JSON.stringify(await explain(text));
    if (!plan.includes('"winningPlan"')) {
      process.stderr.write(
        'Skipped: the plans of filters on MongoDB, because explain of this server names no stages.\n',
      );
      return;
    }
    expect(plan).toContain('"indexName":"keys"');
    expect(plan.slice(plan.indexOf('"winningPlan"'))).not.toContain('"COLLSCAN"');
  });
}
