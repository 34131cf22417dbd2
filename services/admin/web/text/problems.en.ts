import type { ProblemTexts } from './problems.js';

const named = (attribute: string, otherwise: string): string => (attribute === '' ? otherwise : `\`${attribute}\``);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const problemsEn: ProblemTexts = {
  deeds: {
    create: { user: 'a new user', group: 'a new group', other: 'something new' },
    change: { user: 'a change of a user', group: 'a change of a group', other: 'a change' },
    remove: { user: 'the removal of a user', group: 'the removal of a group', other: 'a removal' },
    search: { user: 'a search for users', group: 'a search for groups', other: 'a search' },
    read: { user: 'a look at a user', group: 'a look at a group', other: 'a question' },
    discover: {
      user: 'a question about what we support',
      group: 'a question about what we support',
      other: 'a question about what we support',
    },
    bulk: { user: 'several changes at once', group: 'several changes at once', other: 'several changes at once' },
  },
  problems: {
    tokenMissing: ({ provider, what, tokenField }) => ({
      sent: `${capital(provider)} sent ${what} without a token.`,
      need: 'We need the token with each request, so that nobody else can change your users.',
      fix: `Paste the token into **${tokenField}** and save. If there is a choice of authentication, it is a bearer token in an HTTP header.`,
    }),
    tokenMistyped: ({ provider, what, tokenField }) => ({
      sent: `${capital(provider)} sent ${what} with a token that is incomplete or mistyped.`,
      need: 'We need the token as it was made, from `rcs_` to its last character.',
      fix: `Empty the field **${tokenField}**, copy the token once more and paste it, with nothing before or behind it. If you no longer have it, make a new one.`,
    }),
    tokenUnknown: ({ provider, what, tokenField }) => ({
      sent: `${capital(provider)} sent ${what} with a token that does not open this directory: it was revoked, has expired, or is meant for another one.`,
      need: 'We need one of the tokens that are listed on this page.',
      fix: `Make a new token, paste it into **${tokenField}** and save.`,
    }),
    disabled: ({ provider, what }) => ({
      sent: `${capital(provider)} sent ${what} with the right token.`,
      need: 'This directory is switched off at the moment, and nothing is taken.',
      fix: 'Ask whoever sent you this link to switch it on. There is nothing to change on your side.',
    }),
    caller: ({ provider, what }) => ({
      sent: `${capital(provider)} sent ${what} with the right token, from an IP address that is not expected.`,
      need: 'This directory takes requests from the addresses that it was given for your identity provider, and from no others.',
      fix: `Give whoever sent you this link the address ranges that ${provider} sends from; they are in its documentation.`,
    }),
    certificate: ({ provider, what }) => ({
      sent: `${capital(provider)} sent ${what} with the right token, without a client certificate that is expected.`,
      need: 'This directory takes requests with the client certificates that it was given, and with no others.',
      fix: `Have ${provider} present its certificate, or give whoever sent you this link the SHA-256 fingerprint of the one that it has now.`,
    }),
    address: ({ provider, what, baseUrlField }) => ({
      sent: `${capital(provider)} sent ${what} to an address where there is nothing.`,
      need: 'We need the base URL exactly as it is shown here: it ends with `/v2`, and has nothing behind it.',
      fix: `Empty the field **${baseUrlField}**, copy the base URL once more and paste it.`,
    }),
    version: ({ provider, what }) => ({
      sent: `${capital(provider)} sent ${what} in SCIM 1.1, an older form.`,
      need: 'We need SCIM 2.0.',
      fix: `Choose version 2.0 in ${provider}, and test the connection again.`,
    }),
    userNameTaken: ({ provider, what }) => ({
      sent: `${capital(provider)} sent ${what} with a user name that somebody here already has.`,
      need: 'We need a user name of its own for each person; capitals make no difference.',
      fix: `Usually the person is here already: have ${provider} match the existing user rather than create it. Otherwise give one of the two another user name.`,
    }),
    taken: ({ provider, what, attribute }) => ({
      sent: `${capital(provider)} sent ${what} with a value that is taken already.`,
      need: `We need another value of ${named(attribute, 'it')}: no two may have the same.`,
      fix: `Match the existing one in ${provider} rather than create it, or give one of the two another value.`,
    }),
    userNameMissing: ({ provider, what, mappingAt }) => ({
      sent: `${capital(provider)} sent ${what} without a user name.`,
      need: 'We need a `userName` for each person: it says who it is.',
      fix: `Map \`userName\` to an attribute that each of your people has, such as the e-mail address: **${mappingAt}**. Then send the person again.`,
    }),
    missing: ({ provider, what, attribute, mappingAt }) => ({
      sent: `${capital(provider)} sent ${what} without ${named(attribute, 'something that is required')}.`,
      need: `We need a value of ${named(attribute, 'it')}.`,
      fix: `Fill it in for this person, or map it to an attribute that each of your people has: **${mappingAt}**.`,
    }),
    member: ({ provider, what }) => ({
      sent: `${capital(provider)} sent ${what} with a member whom we do not know.`,
      need: 'We need each person before the groups that they are in.',
      fix: `Assign the members of the group to the application too, and wait until they are here. Then push the group again.`,
    }),
    value: ({ provider, what, attribute, mappingAt }) => ({
      sent: `${capital(provider)} sent ${what} with a value of the wrong kind${attribute === '' ? '' : `: \`${attribute}\``}.`,
      need: 'We need text where there is text, yes or no for `active`, and lists where there may be several.',
      fix: `Look at what ${named(attribute, 'the attribute')} is mapped to: **${mappingAt}**.`,
    }),
    filter: ({ provider, what }) => ({
      sent: `${capital(provider)} sent ${what} with a condition that we cannot read.`,
      need: 'We need the form that SCIM has for it, such as `userName eq "ann@example.com"`.',
      fix: 'Match people by `userName` or `externalId` alone. If you wrote an expression yourself, look at its quotation marks.',
    }),
    attribute: ({ provider, what, mappingAt }) => ({
      sent: `${capital(provider)} sent ${what} for an attribute that we do not have.`,
      need: 'We need attributes of SCIM’s own user and group, or of an extension that was declared here.',
      fix: `Remove the attribute from the mapping: **${mappingAt}**. The server’s words below say which one it is.`,
    }),
    noTarget: ({ provider, what, mappingAt }) => ({
      sent: `${capital(provider)} sent ${what} for a value that is not there.`,
      need: 'We need the value before it can be changed, such as an e-mail address of the type “work”.',
      fix: `Send the person once more as a whole. If it comes again, look at the mapping: **${mappingAt}**.`,
    }),
    readOnly: ({ provider, what, attribute, mappingAt }) => ({
      sent: `${capital(provider)} sent ${what} for ${named(attribute, 'an attribute')}, which cannot be changed.`,
      need: 'We set identifiers and times ourselves, and some values stay as they were first.',
      fix: `Remove ${named(attribute, 'the attribute')} from the mapping, or let it be written on creation alone: **${mappingAt}**.`,
    }),
    form: ({ provider, what }) => ({
      sent: `${capital(provider)} sent ${what} in a form that we cannot read.`,
      need: 'We need JSON as SCIM 2.0 has it.',
      fix: 'If you wrote a template or a script for it, look at its commas and brackets. Otherwise send us the server’s words below.',
    }),
    gone: ({ provider, what }) => ({
      sent: `${capital(provider)} sent ${what} that is no longer here.`,
      need: 'We need it to be created again before it can be changed.',
      fix: `Remove the assignment in ${provider} and assign it again, or restart provisioning.`,
    }),
    unknownType: ({ provider, what, mappingAt }) => ({
      sent: `${capital(provider)} sent ${what} of a kind that we do not have.`,
      need: 'We take users and groups.',
      fix: `Switch off what else ${provider} wants to provision, such as entitlements or licences: **${mappingAt}**.`,
    }),
    method: ({ provider, what }) => ({
      sent: `${capital(provider)} sent ${what} in a way that has no meaning here.`,
      need: 'We need the requests that SCIM 2.0 has.',
      fix: 'Users and groups are not touched by it. If something is missing, send us the server’s words below.',
    }),
    stale: ({ provider, what }) => ({
      sent: `${capital(provider)} sent ${what} that had been changed in between.`,
      need: 'We need the change on top of the newest state.',
      fix: 'Nothing to do: it is read and sent again. If it stays, start a full synchronization.',
    }),
    tooLarge: ({ provider, what }) => ({
      sent: `${capital(provider)} sent ${what} that is too large.`,
      need: 'We take 1 MB per request, and 1,000 values of one attribute.',
      fix: 'Send a large group in parts: most providers do so by themselves when members are pushed as changes. Photos do not belong into the mapping.',
    }),
    tooMany: ({ provider, what }) => ({
      sent: `${capital(provider)} sent ${what} that finds more than we can answer at once.`,
      need: 'We need a narrower question, or pages.',
      fix: `Leave members out of the answer, or sort nothing, if ${provider} lets you choose.`,
    }),
    tooFast: ({ provider, what }) => ({
      sent: `${capital(provider)} sent ${what} among very many at a time.`,
      need: 'We need a little time in between.',
      fix: 'Nothing to do: it waits and sends it again.',
    }),
    tooSlow: ({ provider, what }) => ({
      sent: `${capital(provider)} sent ${what} and did not wait for the answer.`,
      need: 'We need some seconds when very much is changed at once.',
      fix: 'Nothing to do: it sends it again. If it happens often, tell whoever sent you this link.',
    }),
    ours: ({ provider, what }) => ({
      sent: `${capital(provider)} sent ${what}, and there is nothing wrong with it.`,
      need: 'We could not take it at that moment; the fault is ours.',
      fix: 'Nothing to do: it is sent again. If it stays, tell whoever sent you this link.',
    }),
    refused: ({ provider, what }) => ({
      sent: `${capital(provider)} sent ${what} that we could not take.`,
      need: 'The server’s words below say what it needs.',
      fix: 'Change it there, and send it again.',
    }),
  },
};
