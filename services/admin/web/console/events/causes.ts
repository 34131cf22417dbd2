/** Why a delivery fails, in plain words, and what to do about it. */
export interface Explanation {
  readonly cause: string;
  readonly advice: string;
}

const LOOK = 'Look into the receiver’s log at that time; once it is mended, send the delivery again.';

/** When no answer came: by what the attempt says of it (`failure.ts` of the HTTP courier). */
const UNANSWERED: readonly (readonly [RegExp, string, string])[] = [
  [
    /does not resolve to an address/,
    'The receiver’s host name has no address.',
    'Check how the host is spelled in the endpoint’s URL, and whether its DNS record is there.',
  ],
  [
    /name server did not answer/,
    'The name server did not answer.',
    'It is tried again. If it lasts, check the DNS settings of the machine that Rollcall runs on.',
  ],
  [
    /did not answer within/,
    'It did not answer in time.',
    'Have the receiver keep the message and answer at once with a 2xx; the work can come after that.',
  ],
  [
    /did not end within/,
    'It began to answer and did not end in time.',
    'Have the receiver answer with a 2xx and a short body, or none.',
  ],
  [
    /refused the connection/,
    'Nothing listens at the receiver’s address.',
    'Start the receiver, or mend the host and the port of the endpoint’s URL.',
  ],
  [
    /closed the connection/,
    'The connection was closed before there was an answer.',
    'Look into the logs of the receiver and of proxies before it: one of them has given up.',
  ],
  [
    /cannot be reached from here/,
    'There is no way to the receiver from here.',
    'Check the network between the two, and its firewalls.',
  ],
  [
    /certificate of .* cannot be trusted/,
    'The receiver’s certificate cannot be trusted.',
    'Renew it, or have the receiver send its whole chain; `rollcall doctor` tells which.',
  ],
  [
    /^the (address|name) .*, which is |^the address .* is /,
    'The receiver’s address is one that webhooks may not reach.',
    'Use a public address, or open its range with ROLLCALL_WEBHOOK_ALLOW_CIDRS.',
  ],
];

const ANSWERED: Readonly<Record<number, Explanation>> = {
  400: {
    cause: 'The receiver found the message invalid.',
    advice: 'Its answer below may say why; check that it reads the body as it is, before anything parses it.',
  },
  401: {
    cause: 'The receiver did not accept the signature.',
    advice: 'Check that it verifies with the endpoint’s present secret; rotate the secret if it is lost.',
  },
  403: {
    cause: 'The receiver, or something before it, does not let the message in.',
    advice: 'Check firewalls and what they ask for; the endpoint can send headers of its own.',
  },
  404: {
    cause: 'The receiver has nothing at that path.',
    advice: 'Mend the path of the endpoint’s URL, or bring the route back.',
  },
  405: { cause: 'The receiver takes no POST at that path.', advice: 'Mend the path of the endpoint’s URL.' },
  410: {
    cause: 'The receiver says that it is gone for good.',
    advice: 'The endpoint is disabled. Enable it once the receiver is back: what is held goes on in order.',
  },
  413: {
    cause: 'The message is larger than the receiver takes.',
    advice: 'Raise its limit, or have the endpoint send ids alone.',
  },
  429: {
    cause: 'The receiver asks for fewer requests.',
    advice:
      'It is tried again after the pause that it asks for. A rate limit at the endpoint spares both the refusals.',
  },
  503: {
    cause: 'The receiver says that it cannot take messages now.',
    advice: 'It is tried again. If it lasts, look into the receiver’s log.',
  },
};

/** `status` null: no answer came. `error`: what the attempt says. */
export function explain(status: number | null, error: string): Explanation {
  if (status === null || /did not end within/.test(error)) {
    const [, cause, advice] = UNANSWERED.find(([pattern]) => pattern.test(error)) ?? [];
    return { cause: cause ?? 'The request failed.', advice: advice ?? LOOK };
  }
  const known = ANSWERED[status];
  if (known !== undefined) return known;
  if (status < 400) {
    return {
      cause: 'The receiver sends the message elsewhere.',
      advice: 'Redirects are not followed: set the endpoint’s URL to where it leads.',
    };
  }
  if (status < 500) return { cause: `The receiver refused the message with ${status}.`, advice: LOOK };
  return { cause: 'The receiver failed while it worked on the message.', advice: LOOK };
}
