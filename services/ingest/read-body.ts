import express from 'express';
import { BODY_MAX_BYTES } from '../../shared/scim/bulk.js';
import { InvalidSyntax } from '../../shared/scim/errors.js';
import { requireModestJson } from '../../shared/scim/json-limits.js';
import type { ScimHandler } from './call.js';

/**
 * Puts what the body's JSON says into `req.body`, undefined of an empty one. JSON is UTF-8 (RFC 8259 section 8.1), and a charset
 * parameter means nothing (section 11): HTTP clients in Java add "ISO-8859-1" to it. So not express.json, which believes it, and
 * makes replacement characters of bytes that are no UTF-8.
 */
export const readBody: readonly ScimHandler[] = [
  express.raw({ limit: BODY_MAX_BYTES, type: () => true }),
  (req, _res, next) => {
    req.body = Buffer.isBuffer(req.body) && req.body.length > 0 ? parse(req.body) : undefined;
    next();
  },
];

function parse(bytes: Buffer): unknown {
  requireModestJson(bytes);
  let text: string;
  try {
    text = UTF_8.decode(bytes);
  } catch {
    throw new InvalidSyntax('The body is not in UTF-8. Send JSON in UTF-8.');
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidSyntax('The body is not JSON. Send a JSON object with content type application/scim+json.');
  }
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });
