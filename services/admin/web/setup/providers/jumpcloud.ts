import { check, choice, field, item, type Provider } from './provider.js';

const TABS = ['General Info', 'SSO', 'Identity Management', 'User Groups'];

export const jumpcloud: Provider = {
  id: 'jumpcloud',
  name: 'JumpCloud',
  ways: [
    {
      id: 'usual',
      name: { en: 'Custom application', fr: 'Application personnalisée' },
      baseUrlField: 'Base URL',
      tokenField: 'Token Key',
      mappingAt: 'Identity Management → Attribute Mapping',
      connect: [
        {
          title: { en: 'Add the application', fr: 'Ajoutez l’application' },
          text: {
            en: 'In the JumpCloud Admin Portal, open **SSO Applications** and choose **Add New Application**, then **Custom Application**. Tick **Export users to this app (Identity Management)**, give it a name and choose **Save Application**, then **Configure Application**. If your people sign in with a custom SAML application already, use that one.',
            fr: 'Dans le portail d’administration JumpCloud, ouvrez **SSO Applications** et choisissez **Add New Application**, puis **Custom Application**. Cochez **Export users to this app (Identity Management)**, donnez-lui un nom, choisissez **Save Application**, puis **Configure Application**. Si vos utilisateurs se connectent déjà avec une application SAML personnalisée, utilisez celle-ci.',
          },
          picture: {
            title: 'SSO Applications',
            menu: ['Users', 'User Groups', 'SSO Applications'],
            rows: [check('Export users to this app (Identity Management)')],
            buttons: ['Add New Application'],
            marked: ['SSO Applications', 'Export users to this app (Identity Management)'],
          },
        },
        {
          title: { en: 'Enter the two values', fr: 'Saisissez les deux valeurs' },
          text: {
            en: 'Open the tab **Identity Management**. **SCIM Version** is **SCIM 2.0**. Paste the base URL into **Base URL** and the token into **Token Key**. **Test User Email** is an address that none of your people has.',
            fr: 'Ouvrez l’onglet **Identity Management**. **SCIM Version** est **SCIM 2.0**. Collez l’URL de base dans **Base URL** et le jeton dans **Token Key**. **Test User Email** est une adresse qu’aucun de vos utilisateurs ne porte.',
          },
          picture: {
            title: 'Identity Management',
            tabs: TABS,
            rows: [
              choice('SCIM Version', 'SCIM 2.0'),
              field('Base URL', 'baseUrl'),
              field('Token Key', 'token'),
              field('Test User Email'),
            ],
            buttons: ['Test Connection', 'Activate'],
            marked: ['Identity Management', 'Base URL', 'Token Key'],
          },
        },
        {
          title: { en: 'Test, then activate', fr: 'Testez, puis activez' },
          text: {
            en: 'Choose **Test Connection**, then **Activate**. JumpCloud creates a user and a group as a trial and deletes them at once. Choose **Save**.',
            fr: 'Choisissez **Test Connection**, puis **Activate**. JumpCloud crée un utilisateur et un groupe pour essai, et les supprime aussitôt. Choisissez **Save**.',
          },
        },
      ],
      test: [
        {
          title: { en: 'Give a group the application', fr: 'Donnez l’application à un groupe' },
          text: {
            en: 'Open the tab **User Groups**, tick a small group with at least one person in it, and choose **Save**. To have the group itself here too, enable **management of User Groups and Group Membership** under **Identity Management**.',
            fr: 'Ouvrez l’onglet **User Groups**, cochez un petit groupe d’au moins une personne, puis **Save**. Pour recevoir aussi le groupe lui-même, activez **management of User Groups and Group Membership** dans **Identity Management**.',
          },
          picture: {
            title: 'User Groups',
            tabs: TABS,
            rows: [check('Everyone'), item('Engineering')],
            buttons: ['Save'],
            marked: ['User Groups', 'Save'],
          },
        },
      ],
    },
  ],
};
