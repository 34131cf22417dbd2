import type { ResourceType } from '../schema.js';
import { ENTERPRISE_USER_SCHEMA } from './enterprise-user.js';
import { GROUP_SCHEMA } from './group.js';
import { USER_SCHEMA } from './user.js';

export const USER: ResourceType = {
  name: 'User',
  endpoint: '/Users',
  description: 'People with an account.',
  schema: USER_SCHEMA,
  extensions: [{ schema: ENTERPRISE_USER_SCHEMA, required: false }],
};

export const GROUP: ResourceType = {
  name: 'Group',
  endpoint: '/Groups',
  description: 'Sets of users and groups.',
  schema: GROUP_SCHEMA,
  extensions: [],
};

export const RESOURCE_TYPES: readonly ResourceType[] = [USER, GROUP];
