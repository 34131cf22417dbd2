import type { Express } from 'express';
import request from 'supertest';
import type { Bench } from './admin-support.js';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** A set-up page in a browser of its own. */
export interface SetupPage {
  readonly linkId: string;
  readonly token: string;
  /** As browsers send it. */
  readonly cookie: string;
  readonly csrf: string;
  ask(method: Method, url: string, body?: object): request.Test;
}

export async function makeLink(
  bench: Bench,
  directoryId: string,
): Promise<{ readonly id: string; readonly token: string }> {
  const { body } = await bench.post(`/v1/directories/${directoryId}/setup-links`).expect(201);
  return { id: String(body.id), token: String(body.url).split('#')[1] ?? '' };
}

export const openLink = (app: Express, token: string): request.Test =>
  request(app).post('/setup/session').send({ token });

export async function openSetup(bench: Bench, directoryId: string, app = bench.app): Promise<SetupPage> {
  const { id, token } = await makeLink(bench, directoryId);
  const { headers, body } = await openLink(app, token).expect(201);
  const [cookie = ''] = String(headers['set-cookie']).split(';');
  const csrf = String(body.csrf);
  return {
    ...{ linkId: id, token, cookie, csrf },
    ask(method, url, sent) {
      const asked = request(app)[method](url).set('cookie', cookie);
      if (method !== 'get') void asked.set('x-rollcall-csrf', csrf);
      return sent === undefined ? asked : asked.send(sent);
    },
  };
}
