import * as errors from '../../../shared/scim/errors.js';

test.each<[errors.ScimError, number, string]>([
  [new errors.InvalidFilter('why'), 400, 'invalidFilter'],
  [new errors.InvalidSyntax('why'), 400, 'invalidSyntax'],
  [new errors.InvalidValue('why'), 400, 'invalidValue'],
  [new errors.InvalidPath('why'), 400, 'invalidPath'],
  [new errors.NoTarget('why'), 400, 'noTarget'],
  [new errors.Mutability('why'), 400, 'mutability'],
  [new errors.Uniqueness('why'), 409, 'uniqueness'],
])('%s goes out with its scimType and its status as a string', (error, status, scimType) => {
  expect(errors.errorBody(error)).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    scimType,
    detail: 'why',
  });
  expect(error.name).toBe(error.constructor.name);
});

test.each<[errors.ScimError, string]>([
  [new errors.Unauthorized('why'), '401'],
  [new errors.NotFound('why'), '404'],
  [new errors.PreconditionFailed('why'), '412'],
  [new errors.PayloadTooLarge('why'), '413'],
  [new errors.Unavailable('why'), '503'],
])('%s has no scimType, so none is sent', (error, status) => {
  expect(errors.errorBody(error)).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status,
    detail: 'why',
  });
});

test('a fault of ours says nothing of its cause', () => {
  expect(errors.errorBody(new errors.InternalError())).toMatchObject({ status: '500' });
});
