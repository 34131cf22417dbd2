import { choice, field, type Provider } from './provider.js';

export const other: Provider = {
  id: 'other',
  name: 'SCIM 2.0',
  ways: [
    {
      id: 'usual',
      name: { en: 'SCIM 2.0', fr: 'SCIM 2.0' },
      baseUrlField: 'SCIM base URL',
      tokenField: 'Bearer token',
      mappingAt: 'Attribute mapping',
      connect: [
        {
          title: { en: 'Turn on SCIM 2.0', fr: 'Activez SCIM 2.0' },
          text: {
            en: 'In your identity provider’s administration, open the application that your people sign in with, and look for **Provisioning** or **SCIM**. Choose version 2.0; version 1.1 is not spoken here.',
            fr: 'Dans l’administration de votre fournisseur d’identité, ouvrez l’application avec laquelle vos utilisateurs se connectent et cherchez **Provisioning** ou **SCIM**. Choisissez la version 2.0\u00a0; la version 1.1 n’est pas prise en charge.',
          },
        },
        {
          title: { en: 'Enter the two values', fr: 'Saisissez les deux valeurs' },
          text: {
            en: 'Paste the base URL and the token. If there is a choice of authentication, it is a bearer token (OAuth bearer token, HTTP header). If it wants the path of users or groups, append `/Users` or `/Groups` to the base URL.',
            fr: 'Collez l’URL de base et le jeton. S’il faut choisir l’authentification, c’est un jeton porteur (OAuth bearer token, HTTP header). Si le chemin des utilisateurs ou des groupes est demandé, ajoutez `/Users` ou `/Groups` à l’URL de base.',
          },
          picture: {
            title: 'Provisioning',
            rows: [
              field('SCIM base URL', 'baseUrl'),
              choice('Authentication', 'Bearer token'),
              field('Bearer token', 'token'),
            ],
            buttons: ['Test connection'],
            marked: ['SCIM base URL', 'Bearer token'],
          },
        },
        {
          title: { en: 'Map the attributes', fr: 'Associez les attributs' },
          text: {
            en: '`userName` is required and must be unique: the e-mail address, for instance. Map `emails`, `name.givenName`, `name.familyName` and `active` too.',
            fr: '`userName` est obligatoire et doit être unique\u00a0: l’adresse e-mail, par exemple. Associez aussi `emails`, `name.givenName`, `name.familyName` et `active`.',
          },
        },
      ],
      test: [
        {
          title: { en: 'Send one person', fr: 'Envoyez une personne' },
          text: {
            en: 'Assign one person to the application, and a small group if you use groups. Start a synchronization if your provider does not begin by itself.',
            fr: 'Attribuez l’application à une personne, et à un petit groupe si vous en utilisez. Lancez une synchronisation si votre fournisseur ne commence pas de lui-même.',
          },
        },
      ],
    },
  ],
};
