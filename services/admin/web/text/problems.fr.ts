import type { ProblemTexts } from './problems.js';

const named = (attribute: string, otherwise: string): string => (attribute === '' ? otherwise : `\`${attribute}\``);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const problemsFr: ProblemTexts = {
  deeds: {
    create: { user: 'un nouvel utilisateur', group: 'un nouveau groupe', other: 'un nouvel objet' },
    change: {
      user: 'une modification d’utilisateur',
      group: 'une modification de groupe',
      other: 'une modification',
    },
    remove: { user: 'la suppression d’un utilisateur', group: 'la suppression d’un groupe', other: 'une suppression' },
    search: { user: 'une recherche d’utilisateurs', group: 'une recherche de groupes', other: 'une recherche' },
    read: { user: 'une lecture d’utilisateur', group: 'une lecture de groupe', other: 'une question' },
    discover: {
      user: 'une question sur ce que nous prenons en charge',
      group: 'une question sur ce que nous prenons en charge',
      other: 'une question sur ce que nous prenons en charge',
    },
    bulk: { user: 'plusieurs modifications', group: 'plusieurs modifications', other: 'plusieurs modifications' },
  },
  problems: {
    tokenMissing: ({ provider, what, tokenField }) => ({
      sent: `${capital(provider)} a envoyé ${what} sans jeton.`,
      need: 'Il nous faut le jeton à chaque requête, pour que personne d’autre ne puisse modifier vos utilisateurs.',
      fix: `Collez le jeton dans **${tokenField}** et enregistrez. S’il faut choisir l’authentification, c’est un jeton porteur dans un en-tête HTTP.`,
    }),
    tokenMistyped: ({ provider, what, tokenField }) => ({
      sent: `${capital(provider)} a envoyé ${what} avec un jeton incomplet ou mal saisi.`,
      need: 'Il nous faut le jeton tel qu’il a été créé, de `rcs_` à son dernier caractère.',
      fix: `Videz le champ **${tokenField}**, copiez le jeton à nouveau et collez-le, sans rien avant ni après. Si vous ne l’avez plus, créez-en un autre.`,
    }),
    tokenUnknown: ({ provider, what, tokenField }) => ({
      sent: `${capital(provider)} a envoyé ${what} avec un jeton qui n’ouvre pas cet annuaire\u00a0: il a été révoqué, a expiré, ou appartient à un autre.`,
      need: 'Il nous faut l’un des jetons affichés sur cette page.',
      fix: `Créez un nouveau jeton, collez-le dans **${tokenField}** et enregistrez.`,
    }),
    disabled: ({ provider, what }) => ({
      sent: `${capital(provider)} a envoyé ${what} avec le bon jeton.`,
      need: 'Cet annuaire est désactivé en ce moment, et rien n’est accepté.',
      fix: 'Demandez à la personne qui vous a envoyé ce lien de l’activer. Il n’y a rien à changer de votre côté.',
    }),
    caller: ({ provider, what }) => ({
      sent: `${capital(provider)} a envoyé ${what} avec le bon jeton, depuis une adresse IP inattendue.`,
      need: 'Cet annuaire n’accepte que les requêtes venant des adresses indiquées pour votre fournisseur d’identité.',
      fix: `Donnez à la personne qui vous a envoyé ce lien les plages d’adresses de ${provider}\u00a0; elles figurent dans sa documentation.`,
    }),
    certificate: ({ provider, what }) => ({
      sent: `${capital(provider)} a envoyé ${what} avec le bon jeton, sans un certificat client attendu.`,
      need: 'Cet annuaire n’accepte que les requêtes accompagnées des certificats clients indiqués.',
      fix: `Faites présenter son certificat par ${provider}, ou donnez à la personne qui vous a envoyé ce lien l’empreinte SHA-256 de celui qu’il présente maintenant.`,
    }),
    address: ({ provider, what, baseUrlField }) => ({
      sent: `${capital(provider)} a envoyé ${what} à une adresse où il n’y a rien.`,
      need: 'Il nous faut l’URL de base exactement comme ici\u00a0: elle se termine par `/v2`, sans rien après.',
      fix: `Videz le champ **${baseUrlField}**, copiez l’URL de base à nouveau et collez-la.`,
    }),
    version: ({ provider, what }) => ({
      sent: `${capital(provider)} a envoyé ${what} en SCIM 1.1, une forme plus ancienne.`,
      need: 'Il nous faut SCIM 2.0.',
      fix: `Choisissez la version 2.0 dans ${provider}, puis testez la connexion à nouveau.`,
    }),
    userNameTaken: ({ provider, what }) => ({
      sent: `${capital(provider)} a envoyé ${what} avec un nom d’utilisateur que quelqu’un porte déjà ici.`,
      need: 'Il nous faut un nom d’utilisateur propre à chaque personne, sans tenir compte des majuscules.',
      fix: `Le plus souvent, la personne est déjà ici\u00a0: faites en sorte que ${provider} l’associe au lieu de la créer. Sinon, donnez un autre nom d’utilisateur à l’une des deux.`,
    }),
    taken: ({ provider, what, attribute }) => ({
      sent: `${capital(provider)} a envoyé ${what} avec une valeur déjà prise.`,
      need: `Il nous faut une autre valeur pour ${named(attribute, 'cet attribut')}\u00a0: elle doit être unique.`,
      fix: `Associez l’objet existant dans ${provider} au lieu de le créer, ou donnez une autre valeur à l’un des deux.`,
    }),
    userNameMissing: ({ provider, what, mappingAt }) => ({
      sent: `${capital(provider)} a envoyé ${what} sans nom d’utilisateur.`,
      need: 'Il nous faut un `userName` pour chaque personne\u00a0: il dit de qui il s’agit.',
      fix: `Associez \`userName\` à un attribut que chacun possède, comme l’adresse e-mail\u00a0: **${mappingAt}**. Puis envoyez la personne à nouveau.`,
    }),
    missing: ({ provider, what, attribute, mappingAt }) => ({
      sent: `${capital(provider)} a envoyé ${what} sans ${named(attribute, 'une valeur obligatoire')}.`,
      need: `Il nous faut une valeur pour ${named(attribute, 'cet attribut')}.`,
      fix: `Renseignez-la pour cette personne, ou associez-la à un attribut que chacun possède\u00a0: **${mappingAt}**.`,
    }),
    member: ({ provider, what }) => ({
      sent: `${capital(provider)} a envoyé ${what} avec un membre que nous ne connaissons pas.`,
      need: 'Il nous faut chaque personne avant les groupes dont elle fait partie.',
      fix: 'Attribuez aussi l’application aux membres du groupe, et attendez qu’ils soient ici. Puis envoyez le groupe à nouveau.',
    }),
    value: ({ provider, what, attribute, mappingAt }) => ({
      sent: `${capital(provider)} a envoyé ${what} avec une valeur du mauvais type${attribute === '' ? '' : `\u00a0: \`${attribute}\``}.`,
      need: 'Il nous faut du texte là où il y a du texte, oui ou non pour `active`, et des listes là où il peut y en avoir plusieurs.',
      fix: `Vérifiez à quoi ${named(attribute, 'cet attribut')} est associé\u00a0: **${mappingAt}**.`,
    }),
    filter: ({ provider, what }) => ({
      sent: `${capital(provider)} a envoyé ${what} avec une condition que nous ne savons pas lire.`,
      need: 'Il nous faut la forme prévue par SCIM, comme `userName eq "ann@example.com"`.',
      fix: 'Associez les personnes par `userName` ou `externalId` seulement. Si vous avez écrit une expression, vérifiez ses guillemets.',
    }),
    attribute: ({ provider, what, mappingAt }) => ({
      sent: `${capital(provider)} a envoyé ${what} pour un attribut que nous n’avons pas.`,
      need: 'Il nous faut les attributs prévus par SCIM, ou ceux d’une extension déclarée ici.',
      fix: `Retirez l’attribut de la correspondance\u00a0: **${mappingAt}**. Le message du serveur ci-dessous le nomme.`,
    }),
    noTarget: ({ provider, what, mappingAt }) => ({
      sent: `${capital(provider)} a envoyé ${what} pour une valeur qui n’existe pas.`,
      need: 'Il nous faut la valeur avant de pouvoir la modifier, comme une adresse e-mail de type «\u00a0work\u00a0».',
      fix: `Envoyez la personne à nouveau en entier. Si cela revient, vérifiez la correspondance\u00a0: **${mappingAt}**.`,
    }),
    readOnly: ({ provider, what, attribute, mappingAt }) => ({
      sent: `${capital(provider)} a envoyé ${what} pour ${named(attribute, 'un attribut')}, qui ne peut pas être modifié.`,
      need: 'Nous fixons nous-mêmes les identifiants et les dates, et certaines valeurs restent telles qu’au début.',
      fix: `Retirez ${named(attribute, 'cet attribut')} de la correspondance, ou ne l’écrivez qu’à la création\u00a0: **${mappingAt}**.`,
    }),
    form: ({ provider, what }) => ({
      sent: `${capital(provider)} a envoyé ${what} sous une forme que nous ne savons pas lire.`,
      need: 'Il nous faut du JSON tel que SCIM 2.0 le prévoit.',
      fix: 'Si vous avez écrit un modèle ou un script, vérifiez ses virgules et ses crochets. Sinon, envoyez-nous le message du serveur ci-dessous.',
    }),
    gone: ({ provider, what }) => ({
      sent: `${capital(provider)} a envoyé ${what}, mais l’objet n’est plus ici.`,
      need: 'Il faut le créer à nouveau avant de pouvoir le modifier.',
      fix: `Retirez l’attribution dans ${provider} et refaites-la, ou relancez le provisionnement.`,
    }),
    unknownType: ({ provider, what, mappingAt }) => ({
      sent: `${capital(provider)} a envoyé ${what} d’un genre que nous n’avons pas.`,
      need: 'Nous acceptons les utilisateurs et les groupes.',
      fix: `Désactivez ce que ${provider} veut provisionner d’autre, comme des droits ou des licences\u00a0: **${mappingAt}**.`,
    }),
    method: ({ provider, what }) => ({
      sent: `${capital(provider)} a envoyé ${what} d’une façon qui n’a pas de sens ici.`,
      need: 'Il nous faut les requêtes prévues par SCIM 2.0.',
      fix: 'Les utilisateurs et les groupes ne sont pas touchés. S’il manque quelque chose, envoyez-nous le message du serveur ci-dessous.',
    }),
    stale: ({ provider, what }) => ({
      sent: `${capital(provider)} a envoyé ${what}, mais l’objet avait changé entre-temps.`,
      need: 'Il nous faut la modification à partir de l’état le plus récent.',
      fix: 'Rien à faire\u00a0: la requête est relue et renvoyée. Si cela persiste, lancez une synchronisation complète.',
    }),
    tooLarge: ({ provider, what }) => ({
      sent: `${capital(provider)} a envoyé ${what} qui dépasse la taille permise.`,
      need: 'Nous acceptons 1\u00a0Mo par requête, et 1\u00a0000 valeurs par attribut.',
      fix: 'Envoyez un grand groupe par parties\u00a0: la plupart des fournisseurs le font quand les membres sont transmis comme modifications. Les photos n’ont pas leur place dans la correspondance.',
    }),
    tooMany: ({ provider, what }) => ({
      sent: `${capital(provider)} a envoyé ${what} qui trouve plus que nous ne pouvons répondre en une fois.`,
      need: 'Il nous faut une question plus précise, ou des pages.',
      fix: `Excluez les membres de la réponse, ou ne triez pas, si ${provider} le permet.`,
    }),
    tooFast: ({ provider, what }) => ({
      sent: `${capital(provider)} a envoyé ${what} parmi de très nombreuses requêtes à la fois.`,
      need: 'Il nous faut un peu de temps entre elles.',
      fix: 'Rien à faire\u00a0: la requête attend et est renvoyée.',
    }),
    tooSlow: ({ provider, what }) => ({
      sent: `${capital(provider)} a envoyé ${what} et n’a pas attendu la réponse.`,
      need: 'Il nous faut quelques secondes quand beaucoup change en une fois.',
      fix: 'Rien à faire\u00a0: la requête est renvoyée. Si cela arrive souvent, dites-le à la personne qui vous a envoyé ce lien.',
    }),
    ours: ({ provider, what }) => ({
      sent: `${capital(provider)} a envoyé ${what}, et il n’y a rien à y redire.`,
      need: 'Nous n’avons pas pu l’accepter à ce moment-là\u00a0; la faute est à nous.',
      fix: 'Rien à faire\u00a0: la requête est renvoyée. Si cela persiste, dites-le à la personne qui vous a envoyé ce lien.',
    }),
    refused: ({ provider, what }) => ({
      sent: `${capital(provider)} a envoyé ${what} que nous n’avons pas pu accepter.`,
      need: 'Le message du serveur ci-dessous dit ce qu’il lui faut.',
      fix: 'Corrigez-le, puis envoyez à nouveau.',
    }),
  },
};
