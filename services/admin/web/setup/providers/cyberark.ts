import { check, choice, field, type Provider } from './provider.js';

const MENU = ['Settings', 'Trust', 'Permissions', 'Provisioning'];

export const cyberark: Provider = {
  id: 'cyberark',
  name: 'CyberArk',
  ways: [
    {
      id: 'usual',
      name: { en: 'A web app', fr: 'Une application web' },
      baseUrlField: 'SCIM Service URL',
      tokenField: 'Bearer Token',
      mappingAt: 'Provisioning → Provisioning Script',
      connect: [
        {
          title: { en: 'Open the app', fr: 'Ouvrez l’application' },
          text: {
            en: 'In the CyberArk Identity Admin Portal, open **Apps & Widgets → Web Apps** and the SAML app that your people sign in with. If there is none, choose **Add Web Apps**, then **Custom** and **SAML**.',
            fr: 'Dans le portail d’administration CyberArk Identity, ouvrez **Apps & Widgets → Web Apps** et l’application SAML avec laquelle vos utilisateurs se connectent. S’il n’y en a pas, choisissez **Add Web Apps**, puis **Custom** et **SAML**.',
          },
          picture: {
            title: 'Web Apps',
            menu: ['Core Services', 'Apps & Widgets'],
            buttons: ['Add Web Apps'],
            marked: ['Apps & Widgets'],
          },
        },
        {
          title: { en: 'Enter the two values', fr: 'Saisissez les deux valeurs' },
          text: {
            en: 'Open **Provisioning**, tick **Enable provisioning for this application** and confirm. Paste the base URL into **SCIM Service URL**. The authorization is a header of the type **Bearer Token**; paste the token into **Bearer Token**. Choose **Verify**.',
            fr: 'Ouvrez **Provisioning**, cochez **Enable provisioning for this application** et confirmez. Collez l’URL de base dans **SCIM Service URL**. L’autorisation est un en-tête de type **Bearer Token**\u00a0; collez le jeton dans **Bearer Token**. Choisissez **Verify**.',
          },
          picture: {
            title: 'Provisioning',
            menu: MENU,
            rows: [
              check('Enable provisioning for this application'),
              field('SCIM Service URL', 'baseUrl'),
              choice('Header Type', 'Bearer Token'),
              field('Bearer Token', 'token'),
            ],
            buttons: ['Verify'],
            marked: ['Provisioning', 'SCIM Service URL', 'Bearer Token', 'Verify'],
          },
        },
        {
          title: { en: 'Let leavers leave', fr: 'Retirez ceux qui partent' },
          text: {
            en: 'More options appear. Untick **Do not de-provision (deactivate or delete) users in target application**. At **Role Mappings**, choose **Add** for each role whose members shall come, and choose **Save**.',
            fr: 'D’autres options apparaissent. Décochez **Do not de-provision (deactivate or delete) users in target application**. Dans **Role Mappings**, choisissez **Add** pour chaque rôle dont les membres sont concernés, puis **Save**.',
          },
          picture: {
            title: 'Role Mappings',
            menu: MENU,
            rows: [field('Role'), field('Destination Group')],
            buttons: ['Add', 'Save'],
            marked: ['Add', 'Save'],
          },
        },
      ],
      test: [
        {
          title: { en: 'Give one role the app', fr: 'Donnez l’application à un rôle' },
          text: {
            en: 'Open **Permissions** of the app, choose **Add**, a small role with one person in it, and **Save**. CyberArk sends the person when it synchronizes next.',
            fr: 'Ouvrez **Permissions** de l’application, choisissez **Add**, un petit rôle d’une personne, puis **Save**. CyberArk envoie la personne à sa prochaine synchronisation.',
          },
          picture: {
            title: 'Permissions',
            menu: MENU,
            buttons: ['Add', 'Save'],
            marked: ['Permissions', 'Add'],
          },
        },
      ],
    },
  ],
};
