import request from 'supertest';
import { createAdmin } from '../../services/admin/app.js';
import { BELIEVED_MS } from '../../services/ingest/known-directories.js';
import { KEY, newOrganization, openBench, type Bench } from '../service/admin-support.js';
import { silent, startIngest, type IngestHarness } from '../support/ingest.js';
import { openSqlite } from '../support/stores.js';

/**
 * Per directory `allowedCidrs` and `clientCertificates` for SCIM callers; the client's address, and which certificate it has presented, are
 * taken from trusted proxies only.
 */

const LOOPBACK = ['127.0.0.0/8', '::1/128'];
const ELSEWHERE = ['203.0.113.0/24', '2001:db8::/32'];

/** Made by `openssl req -x509` with a key that nobody has, until 2126; its fingerprint is by `openssl x509 -fingerprint -sha256`. */
const PEM = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBdDCCARugAwIBAgIUPP+/J+LCZXBDv71bGZerTYz5GhgwCgYIKoZIzj0EAwIw',
  'DzENMAsGA1UEAwwEb2t0YTAgFw0yNjExMjcxODM4NTJaGA8yMTI2MTEwMzE4Mzg1',
  'MlowDzENMAsGA1UEAwwEb2t0YTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLg/',
  'T6/orMKSsVqh1Tfgeja+i10W+xLVVtHjVqGFG7THlaNfOzhBJDBPNLmX3MrxNnnt',
  'bEgS0l+Ra7D6K51FjP6jUzBRMB0GA1UdDgQWBBTr+P6/M5qCjYOoHfv9yI3dsGFL',
  'KDAfBgNVHSMEGDAWgBTr+P6/M5qCjYOoHfv9yI3dsGFLKDAPBgNVHRMBAf8EBTAD',
  'AQH/MAoGCCqGSM49BAMCA0cAMEQCIBKss/7LPaSiKMBLM1/I5+FGVQfMlWCpu/7z',
  '6IU87eJCAiBCXp7he8nF/mhl+GM1g0z4VfWlUex3bPU6YlJv/OSB+A==',
  '-----END CERTIFICATE-----',
].join('\n');
const CERTIFICATE = {
  pem: PEM,
  der: PEM.replaceAll(/-----[A-Z ]+-----|\n/g, ''),
  thumbprint: '86207dc2ee03eb73414b92ae79e414152be9727a4dc17a80c9a4ff613cdbe49b',
};

describe('of SCIM', () => {
  let ingest: IngestHarness;
  let id: string;
  let base: string;
  let token: string;

  const open = async (trustedProxies: readonly string[], allowedCidrs: readonly string[]): Promise<void> => {
    ingest = await startIngest(silent, openSqlite, { trustedProxies });
    ({ id, base, token } = await ingest.addDirectory());
    const directory = await ingest.store.registry.directories.get(id);
    if (directory === undefined) throw new Error('there is no directory');
    await ingest.store.registry.directories.replace({ ...directory, version: 2, allowedCidrs });
    ingest.clock.now += BELIEVED_MS;
  };
  afterEach(() => ingest.store.close());

  const create = (userName: string, forwardedFor?: string) => {
    const call = request(ingest.app).post(`${base}/Users`).auth(token, { type: 'bearer' });
    if (forwardedFor !== undefined) call.set('x-forwarded-for', forwardedFor);
    return call.send({ userName });
  };
  const commits = async (): Promise<number> => (await ingest.store.commits.head(id)).number;

  test.each([
    ['none', []],
    ["the caller's", LOOPBACK],
    ["others and the caller's", [...ELSEWHERE, ...LOOPBACK]],
  ])('a directory with these ranges takes the request: %s', async (_, ranges) => {
    await open([], ranges);
    await create('ann').expect(201);
  });

  test('from elsewhere it is refused with the address and what to do, and nothing is written', async () => {
    await open([], ELSEWHERE);
    const { status, body } = await create('ann');
    expect(status).toBe(403);
    expect(body.detail).toMatch(
      /^The address (::ffff:)?127\.0\.0\.1 is in none of the ranges .* Add it to allowedCidrs in the management API; .* ROLLCALL_TRUSTED_PROXIES\.$/,
    );
    expect(await commits()).toBe(0);
  });

  test('who has no token is not told what the ranges are about', async () => {
    await open([], ELSEWHERE);
    const { body } = await request(ingest.app).get(`${base}/Users`).auth('rcs_wrong', { type: 'bearer' }).expect(401);
    expect(JSON.stringify(body)).not.toMatch(/range|address/i);
  });

  test('what a caller claims of its address counts for nothing', async () => {
    await open([], ELSEWHERE);
    await create('ann', '203.0.113.7').expect(403);
  });

  test.each([
    ['203.0.113.7', 201],
    ['2001:db8::7', 201],
    ['::ffff:203.0.113.7', 201],
    ['198.51.100.1, 203.0.113.7', 201],
    // The proxy has added the last one; what stands before it is the caller's own word.
    ['203.0.113.7, 198.51.100.1', 403],
    ['198.51.100.1', 403],
    ['nonsense', 403],
  ])('a trusted proxy tells of %s: %i', async (forwardedFor, status) => {
    await open(LOOPBACK, ELSEWHERE);
    await create('ann', forwardedFor).expect(status);
  });

  test('a request that did not come through the trusted proxy is judged by its own address', async () => {
    await open(['10.0.0.0/8'], ELSEWHERE);
    await create('ann', '203.0.113.7').expect(403);
  });
});

describe('client certificates', () => {
  const HEADER = 'client-cert';
  const { pem, der, thumbprint } = CERTIFICATE;
  const OTHER = 'ab'.repeat(32);
  let ingest: IngestHarness;
  let base: string;
  let token: string;

  const open = async (
    clientCertificates: readonly string[],
    settings: { trustedProxies: readonly string[]; certificateHeader: string | undefined },
  ): Promise<void> => {
    ingest = await startIngest(silent, openSqlite, settings);
    const made = await ingest.addDirectory();
    [base, token] = [made.base, made.token];
    const directory = await ingest.store.registry.directories.get(made.id);
    if (directory === undefined) throw new Error('there is no directory');
    await ingest.store.registry.directories.replace({ ...directory, version: 2, clientCertificates });
    ingest.clock.now += BELIEVED_MS;
  };
  afterEach(() => ingest.store.close());
  const BEHIND_PROXY = { trustedProxies: LOOPBACK, certificateHeader: HEADER };

  const create = (told?: string) => {
    const call = request(ingest.app).post(`${base}/Users`).auth(token, { type: 'bearer' });
    if (told !== undefined) call.set(HEADER, told);
    return call.send({ userName: 'ann' });
  };

  test.each([
    ['RFC 9440', `:${der}:`],
    ['PEM, URL-encoded', encodeURIComponent(pem)],
    ['PEM, of which only the spaces are encoded', pem.replaceAll('\n', '%0A').replaceAll(' ', '%20')],
    ['Envoy', `By=spiffe://a/b;Hash=${thumbprint};Subject="CN=okta;x";URI=`],
    ['Envoy behind Envoy', `Hash=${OTHER};Subject="",By=b;Hash=${thumbprint.toUpperCase()}`],
    ['hexadecimal', thumbprint],
    ['with colons', (thumbprint.toUpperCase().match(/../g) ?? []).join(':')],
    ['x5t#S256', Buffer.from(thumbprint, 'hex').toString('base64url')],
  ])('the one that it was given, told of as %s', async (_, told) => {
    await open([OTHER, thumbprint], BEHIND_PROXY);
    await create(told).expect(201);
  });

  test.each([
    ['another one', OTHER, /and (ab){32} came\. Add it to clientCertificates/],
    ['none', undefined, /the proxy tells of none in client-cert\. Let the identity provider present one/],
    ['what is none', 'By=nobody', /what the proxy tells in client-cert is none/],
    ['half of one', `:${der.slice(0, 40)}:`, /is none/],
    ['a subject that says it is another', `Hash=${OTHER};Subject="CN=a,Hash=${thumbprint};"`, /and (ab){32} came/],
    ['a subject with a quotation mark', `Hash=${OTHER};Subject="a\\",Hash=${thumbprint};"`, /and (ab){32} came/],
    ['what has half a quotation', `Hash=${OTHER};Subject="a",Hash=${thumbprint};"`, /is none/],
    ['Envoy behind what a client sent', `Hash=${thumbprint},Hash=${OTHER}`, /and (ab){32} came/],
  ])('%s is refused with what came and what to do', async (_, told, detail) => {
    await open([thumbprint], BEHIND_PROXY);
    const { status, body } = await create(told);
    expect([status, body.detail]).toEqual([403, expect.stringMatching(detail)]);
    expect(body.detail).toMatch(/^This directory takes requests with its client certificates alone, and /);
  });

  test('who is no trusted proxy is not believed, whatever it tells', async () => {
    await open([thumbprint], { trustedProxies: ['10.0.0.0/8'], certificateHeader: HEADER });
    const { status, body } = await create(`:${der}:`);
    expect([status, body.detail]).toEqual([
      403,
      expect.stringMatching(/is no trusted proxy .*ROLLCALL_TRUSTED_PROXIES/),
    ]);
  });

  test('without the setting, nobody gets in', async () => {
    await open([thumbprint], { trustedProxies: LOOPBACK, certificateHeader: undefined });
    const { status, body } = await create(`:${der}:`);
    expect([status, body.detail]).toEqual([403, expect.stringContaining('Set ROLLCALL_CLIENT_CERTIFICATE_HEADER')]);
  });

  test('a directory without certificates asks for none', async () => {
    await open([], BEHIND_PROXY);
    await create().expect(201);
  });
});

describe('in the management API', () => {
  let bench: Bench;
  beforeAll(async () => (bench = await openBench()));
  afterAll(() => bench.close());

  test('ranges are given, changed and taken away', async () => {
    const organizationId = await newOrganization(bench);
    const made = await bench.post('/v1/directories', { organizationId, name: 'Okta', allowedCidrs: LOOPBACK });
    expect(made.body.allowedCidrs).toEqual(LOOPBACK);
    const path = `/v1/directories/${made.body.id}`;
    expect((await bench.patch(path, { allowedCidrs: ELSEWHERE })).body.allowedCidrs).toEqual(ELSEWHERE);
    expect((await bench.patch(path, { name: 'Entra' })).body.allowedCidrs).toEqual(ELSEWHERE);
    expect((await bench.patch(path, { allowedCidrs: [] })).body.allowedCidrs).toEqual([]);
  });

  test('certificates are given in any of their forms, and told in one', async () => {
    const organizationId = await newOrganization(bench);
    const { thumbprint } = CERTIFICATE;
    const forms = [
      thumbprint,
      (thumbprint.toUpperCase().match(/../g) ?? []).join(':'),
      Buffer.from(thumbprint, 'hex').toString('base64url'),
    ];
    for (const form of forms) {
      const made = await bench.post('/v1/directories', { organizationId, name: 'Okta', clientCertificates: [form] });
      expect(made.body.clientCertificates).toEqual([thumbprint]);
      const path = `/v1/directories/${made.body.id}`;
      expect((await bench.patch(path, { name: 'Entra' })).body.clientCertificates).toEqual([thumbprint]);
      expect((await bench.patch(path, { clientCertificates: [] })).body.clientCertificates).toEqual([]);
    }
    const wrong = { organizationId, name: 'Okta', clientCertificates: ['SHA1:00'] };
    const { status, body: problem } = await bench.post('/v1/directories', wrong);
    expect([status, problem.errors[0].field]).toEqual([400, 'clientCertificates.0']);
    expect(problem.errors[0].message).toMatch(/64 hexadecimal digits, as `openssl x509 -noout -fingerprint -sha256`/);
  });

  test('what is no range is refused, with its place and its form', async () => {
    const organizationId = await newOrganization(bench);
    const body = { organizationId, name: 'Okta', allowedCidrs: ['203.0.113.0/24', '203.0.113.9'] };
    const { status, body: problem } = await bench.post('/v1/directories', body);
    expect([status, problem.errors[0].field]).toEqual([400, 'allowedCidrs.1']);
    expect(problem.errors[0].message).toMatch(/must be an address range in CIDR form, such as 203\.0\.113\.0\/24/);
  });

  test('wrong admin keys slow down the client that a trusted proxy tells of, not those beside it', async () => {
    const app = createAdmin({ ...bench.deps, trustedProxies: LOOPBACK });
    const ask = (forwardedFor: string, key: string) =>
      request(app).get('/v1/organizations').auth(key, { type: 'bearer' }).set('x-forwarded-for', forwardedFor);
    for (let tries = 0; tries < 10; tries += 1) await ask('203.0.113.7', 'wrong').expect(401);
    await ask('203.0.113.7', KEY).expect(429);
    await ask('203.0.113.8', KEY).expect(200);
  });
});
