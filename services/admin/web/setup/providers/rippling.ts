import { check, choice, field, type Provider } from './provider.js';

export const rippling: Provider = {
  id: 'rippling',
  name: 'Rippling',
  ways: [
    {
      id: 'usual',
      name: { en: 'Custom integration', fr: 'Intégration personnalisée' },
      baseUrlField: 'SCIM base URL',
      tokenField: 'Bearer Token',
      mappingAt: 'Attribute Mappings',
      connect: [
        {
          title: { en: 'Make an integration', fr: 'Créez une intégration' },
          text: {
            en: 'In the Rippling admin dashboard, open **IT → Third-Party Access** and choose **Add Integration**, then **Create New Custom Integration**. Give it a name, a category and a logo, tick **User Management via SCIM** and choose **Continue**.',
            fr: 'Dans le tableau de bord d’administration Rippling, ouvrez **IT → Third-Party Access** et choisissez **Add Integration**, puis **Create New Custom Integration**. Donnez-lui un nom, une catégorie et un logo, cochez **User Management via SCIM**, puis **Continue**.',
          },
          picture: {
            title: 'Create new integration',
            menu: ['Third-Party Access'],
            rows: [field('Name'), check('User Management via SCIM')],
            buttons: ['Continue'],
            marked: ['Third-Party Access', 'User Management via SCIM'],
          },
        },
        {
          title: { en: 'Enter the base URL', fr: 'Saisissez l’URL de base' },
          text: {
            en: '**SCIM Version** is **2.0**. Paste the base URL into **SCIM base URL**. **SCIM Authorization Method** is **Bearer Token**. Tick **Supports Groups**, **Supports Pagination**, **Create & Delete Groups** and **Use PATCH to edit Groups**. As **Supported SCIM Attributes**, add `externalId`, `emails.primary`, `name.givenName` and `name.familyName`.',
            fr: '**SCIM Version** est **2.0**. Collez l’URL de base dans **SCIM base URL**. **SCIM Authorization Method** est **Bearer Token**. Cochez **Supports Groups**, **Supports Pagination**, **Create & Delete Groups** et **Use PATCH to edit Groups**. Dans **Supported SCIM Attributes**, ajoutez `externalId`, `emails.primary`, `name.givenName` et `name.familyName`.',
          },
          picture: {
            title: 'SCIM',
            rows: [
              choice('SCIM Version', '2.0'),
              field('SCIM base URL', 'baseUrl'),
              choice('SCIM Authorization Method', 'Bearer Token'),
              check('Supports Groups'),
            ],
            marked: ['SCIM base URL', 'SCIM Authorization Method'],
          },
        },
        {
          title: { en: 'Install it with the token', fr: 'Installez-la avec le jeton' },
          text: {
            en: 'Choose **Install now**. Rippling asks for the **Bearer Token**: paste it and go on.',
            fr: 'Choisissez **Install now**. Rippling demande le **Bearer Token**\u00a0: collez-le et continuez.',
          },
          picture: {
            title: 'Install',
            rows: [field('Bearer Token', 'token')],
            buttons: ['Continue'],
            marked: ['Bearer Token'],
          },
        },
      ],
      test: [
        {
          title: { en: 'Give one person access', fr: 'Donnez accès à une personne' },
          text: {
            en: 'In the integration, give one person access, as new account or matched with an existing one. The rules of **App Access Rules** can follow later.',
            fr: 'Dans l’intégration, donnez accès à une personne, avec un nouveau compte ou en l’associant à un compte existant. Les règles de **App Access Rules** peuvent suivre plus tard.',
          },
        },
      ],
    },
  ],
};
