import * as z from 'zod';
import { PAGE_POLICY } from '../openapi/page.js';
import { operation, written } from '../operation.js';

export const openApi = operation({
  id: 'getOpenApi',
  summary: 'Read this document',
  answers: {
    200: written({ 'application/json': z.record(z.string(), z.unknown()).meta({ examples: [{ openapi: '3.1.0' }] }) }),
  },
}).by(async ({ deps }) => ({ status: 200, type: 'application/json', text: deps.descriptions.openApi() }));

export const page = operation({
  id: 'getDocs',
  summary: 'Read this document as a page',
  answers: { 200: written({ 'text/html': z.string().meta({ examples: ['<!doctype html>…'] }) }, 'policy') },
}).by(async ({ deps }) => ({ status: 200, type: 'text/html', text: deps.descriptions.page(), policy: PAGE_POLICY }));
