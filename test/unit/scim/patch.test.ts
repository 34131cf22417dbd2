import type { Attributes } from '../../../shared/scim/attributes.js';
import { applyPatch, sameAttributes } from '../../../shared/scim/patch/apply.js';
import { readPatch } from '../../../shared/scim/patch/read.js';
import { ENTERPRISE_USER_URN } from '../../../shared/scim/schemas/enterprise-user.js';
import { USER } from '../../../shared/scim/schemas/index.js';
import addAttributes from '../../fixtures/rfc/rfc7644-3.5.2.1-add-attributes.json';
import removeEmail from '../../fixtures/rfc/rfc7644-3.5.2.2-remove-email.json';
import replaceAllEmails from '../../fixtures/rfc/rfc7644-3.5.2.3-replace-all-emails.json';
import replaceStreet from '../../fixtures/rfc/rfc7644-3.5.2.3-replace-street-address.json';
import replaceWorkAddress from '../../fixtures/rfc/rfc7644-3.5.2.3-replace-work-address.json';
import { patchOp, patchUser } from './patching.js';
import { refusal } from './refusals.js';

const work = { value: 'ann@work.example', type: 'work', primary: true };
const home = { value: 'ann@home.example', type: 'home' };
const ann: Attributes = { userName: 'ann', title: 'Cook', name: { givenName: 'Ann' }, emails: [work, home] };

const patched = (...operations: unknown[]) => patchUser(ann, ...operations);
const refused = (...operations: unknown[]) => refusal(() => patched(...operations));

test.each([addAttributes, removeEmail, replaceAllEmails, replaceStreet, replaceWorkAddress])(
  '$example',
  ({ given: [before], exchanges: [exchange], after: [after] }) => {
    const operations: readonly unknown[] = exchange?.request.body.Operations ?? [];
    const { schemas: _schemas, ...attributes } = { schemas: [], ...before?.body };
    expect(patchUser(attributes, ...operations)).toEqual({ userName: 'bjensen', ...after?.body });
  },
);

describe('the message', () => {
  test.each([
    [undefined, 'The body is not a JSON object. Send a PatchOp message.'],
    [[], 'The body is not a JSON object. Send a PatchOp message.'],
    [{ Operations: [] }, 'schemas: it must name urn:ietf:params:scim:api:messages:2.0:PatchOp.'],
    [{ schemas: [7], Operations: [] }, 'schemas: it must name urn:ietf:params:scim:api:messages:2.0:PatchOp.'],
    [{ ...patchOp(), Operations: {} }, 'Operations: it must be an array of operations.'],
    [patchOp('remove'), 'Operations[0]: it must be an object with "op", "path" and "value".'],
    [patchOp({ path: 'title', value: 'x' }), 'Operations[0].op: it must be "add", "replace" or "remove".'],
    [patchOp({ op: 'test', path: 'title' }), 'Operations[0].op: it must be "add", "replace" or "remove".'],
    [patchOp({ op: 7, path: 'title' }), 'Operations[0].op: it must be "add", "replace" or "remove".'],
  ])('%j is invalidSyntax', (body, detail) => {
    expect(refusal(() => readPatch(USER, body))).toBe(`invalidSyntax: ${detail}`);
  });

  test('its URN is read in any case, and no operations at all change nothing', () => {
    const body = { schemas: ['URN:ietf:params:scim:api:messages:2.0:PATCHOP'], Operations: [] };
    expect(applyPatch(USER, ann, readPatch(USER, body))).toEqual({ attributes: ann, members: [] });
  });
});

describe('add', () => {
  test('sets a single value, in place of another', () => {
    expect(patched({ op: 'add', path: 'nickName', value: 'Annie' })).toEqual({ ...ann, nickName: 'Annie' });
    expect(patched({ op: 'add', path: 'title', value: 'Chef' })).toEqual({ ...ann, title: 'Chef' });
  });

  test('merges a complex value, with and without a path', () => {
    const after = { ...ann, name: { givenName: 'Ann', familyName: 'Berg' } };
    expect(patched({ op: 'add', path: 'name', value: { FAMILYNAME: 'Berg' } })).toEqual(after);
    expect(patched({ op: 'add', value: { name: { familyName: 'Berg' } } })).toEqual(after);
    expect(patched({ op: 'add', path: 'name.familyName', value: 'Berg' })).toEqual(after);
  });

  test('appends to a multi-valued attribute, one value or several', () => {
    const other = { value: 'c@x.example' };
    expect(patched({ op: 'add', path: 'emails', value: [other] })).toEqual({ ...ann, emails: [work, home, other] });
    expect(patched({ op: 'add', path: 'emails', value: other })).toEqual({ ...ann, emails: [work, home, other] });
    expect(patchUser({ userName: 'a' }, { op: 'add', path: 'emails', value: [other, other] })).toEqual({
      userName: 'a',
      emails: [other],
    });
  });

  test('of a value that is there changes nothing', () => {
    const { primary: _primary, ...sameButUnmarked } = work;
    for (const value of [[work], [home], [home, work], [sameButUnmarked]]) {
      expect(sameAttributes(patched({ op: 'add', path: 'emails', value }), ann)).toBe(true);
    }
    expect(sameAttributes(patched({ op: 'add', path: 'title', value: 'Cook' }), ann)).toBe(true);
  });

  test('of a value that is there under the same value and type adds to it', () => {
    const value = [{ value: 'ann@home.example', type: 'home', display: 'Home' }];
    expect(patched({ op: 'add', path: 'emails', value })).toEqual({
      ...ann,
      emails: [work, { ...home, display: 'Home' }],
    });
  });

  test('of null or of nothing adds nothing', () => {
    for (const value of [null, [], [{}]]) expect(patched({ op: 'add', path: 'emails', value })).toEqual(ann);
  });

  test('on selected values merges into each, and makes one where none is selected', () => {
    expect(patched({ op: 'add', path: 'emails[type eq "home"]', value: { display: 'Home' } })).toEqual({
      ...ann,
      emails: [work, { ...home, display: 'Home' }],
    });
    expect(patched({ op: 'add', path: 'emails[type eq "other"]', value: { value: 'c' } })).toEqual({
      ...ann,
      emails: [work, home, { type: 'other', value: 'c' }],
    });
  });

  test('needs a value', () => {
    expect(refused({ op: 'add', path: 'title' })).toMatch(/^invalidValue: Operations\[0\]\.value: add needs one/);
    expect(refused({ op: 'add' })).toMatch(/^invalidValue: Operations\[0\]\.value: it must be an object/);
    expect(refused({ op: 'add', value: ['Cook'] })).toMatch(/^invalidValue: Operations\[0\]\.value/);
  });
});

describe('replace', () => {
  test('of what is absent adds it', () => {
    expect(patched({ op: 'replace', path: 'nickName', value: 'Annie' })).toEqual({ ...ann, nickName: 'Annie' });
    expect(patched({ op: 'replace', path: 'name.familyName', value: 'Berg' })).toMatchObject({
      name: { givenName: 'Ann', familyName: 'Berg' },
    });
  });

  test('of a complex value changes the sub-attributes it names alone', () => {
    const value = { givenName: 'Anna', familyName: 'Berg' };
    expect(patched({ op: 'replace', path: 'name', value })).toEqual({ ...ann, name: value });
    expect(patched({ op: 'replace', path: 'name', value: { familyName: 'Berg' } })).toMatchObject({
      name: { givenName: 'Ann', familyName: 'Berg' },
    });
    expect(patched({ op: 'replace', path: 'name', value: { givenName: null } })).not.toHaveProperty('name');
  });

  test('of a multi-valued attribute replaces all its values', () => {
    expect(patched({ op: 'replace', path: 'emails', value: [home] })).toEqual({ ...ann, emails: [home] });
  });

  test('by null or by no values removes', () => {
    for (const value of [null, [], [{}]]) {
      expect(patched({ op: 'replace', path: 'emails', value })).not.toHaveProperty('emails');
    }
    expect(patched({ op: 'replace', value: { title: null, name: null } })).toEqual({
      userName: 'ann',
      emails: [work, home],
    });
  });

  test('of selected values replaces each as a whole, and their sub-attributes one by one', () => {
    const value = { value: 'new@home.example', type: 'home' };
    expect(patched({ op: 'replace', path: 'emails[type eq "home"]', value })).toEqual({
      ...ann,
      emails: [work, value],
    });
    expect(patched({ op: 'replace', path: 'emails[value ew ".example"].display', value: 'Ann' })).toEqual({
      ...ann,
      emails: [
        { ...work, display: 'Ann' },
        { ...home, display: 'Ann' },
      ],
    });
    expect(patched({ op: 'replace', path: 'emails.display', value: 'Ann' })).toEqual(
      patched({ op: 'replace', path: 'emails[value ew ".example"].display', value: 'Ann' }),
    );
  });

  test('of selected values, when the filter selects none, is noTarget', () => {
    for (const operation of [
      { path: 'emails[type eq "other"]', value: { value: 'c' } },
      { path: 'emails[value sw "c"].display', value: 'C' },
      { path: 'emails[type ne "work" and type ne "home"].value', value: 'c' },
      { path: 'emails[type eq null].value', value: 'c' },
    ]) {
      expect(refused({ op: 'replace', ...operation })).toMatch(/^noTarget: emails.*no value matches \[/);
    }
  });

  test('of a sub-attribute makes no value that its own filter would not select', () => {
    for (const path of ['emails[type eq "other"].type', 'emails[type eq "other" and type eq "new"].value']) {
      expect(refused({ op: 'replace', path, value: 'c' })).toMatch(/^noTarget/);
    }
  });

  test('needs a value', () => {
    expect(refused({ op: 'replace', path: 'title' })).toMatch(/^invalidValue: .*To clear "title", use "remove"/);
  });
});

describe('remove', () => {
  test('takes a single, a complex, a multi-valued attribute and a sub-attribute away', () => {
    expect(patched({ op: 'remove', path: 'title' })).not.toHaveProperty('title');
    expect(patched({ op: 'remove', path: 'name' })).not.toHaveProperty('name');
    expect(patched({ op: 'remove', path: 'emails' })).not.toHaveProperty('emails');
    expect(patched({ op: 'remove', path: 'name.givenName' })).not.toHaveProperty('name');
    expect(patched({ op: 'remove', path: 'emails.type' })).toMatchObject({
      emails: [{ value: work.value, primary: true }, { value: home.value }],
    });
  });

  test('of what is not there changes nothing', () => {
    for (const path of ['nickName', 'name.familyName', 'roles', 'emails[type eq "other"]', 'roles.display']) {
      expect(sameAttributes(patched({ op: 'remove', path }), ann)).toBe(true);
    }
    expect(sameAttributes(patched({ op: 'remove', path: `${ENTERPRISE_USER_URN}:department` }), ann)).toBe(true);
    expect(sameAttributes(patched({ op: 'remove', path: ENTERPRISE_USER_URN }), ann)).toBe(true);
  });

  test('takes selected values, or a sub-attribute of them', () => {
    expect(patched({ op: 'remove', path: 'emails[type eq "work"]' })).toEqual({ ...ann, emails: [home] });
    expect(patched({ op: 'remove', path: 'emails[type eq "work"].primary' })).toEqual({
      ...ann,
      emails: [{ value: work.value, type: 'work' }, home],
    });
    const bare = { userName: 'ann', emails: [{ value: 'a' }] };
    expect(patchUser(bare, { op: 'remove', path: 'emails[value eq "a"].value' })).toEqual({ userName: 'ann' });
  });

  test('takes the values that it names, and no others', () => {
    const named = (value: unknown) => patched({ op: 'remove', path: 'emails', value });
    expect(named([{ value: home.value }])).toEqual({ ...ann, emails: [work] });
    expect(named([home])).toEqual({ ...ann, emails: [work] });
    expect(named({ value: home.value, display: 'as it was' })).toEqual({ ...ann, emails: [work] });
    expect(named([{ value: home.value, type: 'work' }])).toEqual(ann);
    expect(named([{ value: 'nobody' }])).toEqual(ann);
    expect(named([])).toEqual(ann);
    expect(named([{ type: 'work' }])).toEqual(ann);
    expect(named([work, home])).not.toHaveProperty('emails');
  });

  test('needs a path', () => {
    for (const path of [undefined, null, '']) {
      expect(refused({ op: 'remove', path, value: { title: 'Cook' } })).toMatch(/^noTarget: Operations\[0\]/);
    }
  });
});

describe('several operations', () => {
  test('work in order, each on what the one before left', () => {
    expect(
      patched(
        { op: 'remove', path: 'emails' },
        { op: 'add', path: 'emails', value: [home] },
        { op: 'replace', path: 'emails[type eq "home"].type', value: 'other' },
        { op: 'replace', path: 'title', value: 'Chef' },
        { op: 'replace', path: 'title', value: 'Head Chef' },
      ),
    ).toEqual({ ...ann, title: 'Head Chef', emails: [{ ...home, type: 'other' }] });
  });

  test('work all or not at all: the one that fails is named', () => {
    expect(refused({ op: 'replace', path: 'title', value: 'Chef' }, { op: 'replace', path: 'title', value: 7 })).toBe(
      'invalidValue: Operations[1]: title: it is a number, must be a string.',
    );
    expect(ann['title']).toBe('Cook');
  });

  test('that add and remove many values leave what they should', () => {
    const emails = Array.from({ length: 500 }, (_, index) => ({ value: `${index}` }));
    const more = emails.map(({ value }) => ({ value: `more-${value}` }));
    const after = patchUser(
      { userName: 'ann', emails },
      { op: 'add', path: 'emails', value: more },
      { op: 'remove', path: 'emails', value: emails },
    );
    expect(after).toEqual({ userName: 'ann', emails: more });
  });
});
