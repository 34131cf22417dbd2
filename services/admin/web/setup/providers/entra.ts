import { choice, field, item, type Provider } from './provider.js';

const MENU = ['Overview', 'Provisioning', 'Users and groups', 'Provision on demand'];

export const entra: Provider = {
  id: 'entra',
  name: 'Microsoft Entra ID',
  ways: [
    {
      id: 'usual',
      name: { en: 'Non-gallery application', fr: 'Application hors galerie' },
      baseUrlField: 'Tenant URL',
      tokenField: 'Secret token',
      mappingAt: 'Provisioning → Attribute mapping',
      connect: [
        {
          title: { en: 'Add the application', fr: 'Ajoutez l’application' },
          text: {
            en: 'In the Microsoft Entra admin center, open **Enterprise applications** and choose **New application**, then **Create your own application**. Give it a name, choose **Integrate any other application you don’t find in the gallery (Non-gallery)** and **Create**. If your people sign in with an application already, use that one.',
            fr: 'Dans le centre d’administration Microsoft Entra, ouvrez **Enterprise applications** et choisissez **New application**, puis **Create your own application**. Donnez-lui un nom, choisissez **Integrate any other application you don’t find in the gallery (Non-gallery)**, puis **Create**. Si vos utilisateurs se connectent déjà avec une application, utilisez celle-ci.',
          },
          picture: {
            title: 'Enterprise applications',
            menu: ['Overview', 'All applications'],
            rows: [field('What’s the name of your app?'), item('Integrate any other application (Non-gallery)')],
            buttons: ['New application', 'Create your own application'],
            marked: ['Create your own application', 'Integrate any other application (Non-gallery)'],
          },
        },
        {
          title: { en: 'Begin a configuration', fr: 'Commencez une configuration' },
          text: {
            en: 'In the application, open **Provisioning** and choose **New configuration**. Where there is **Get started** instead, choose that and set **Provisioning Mode** to **Automatic**.',
            fr: 'Dans l’application, ouvrez **Provisioning** et choisissez **New configuration**. Si vous voyez **Get started** à la place, choisissez-le et réglez **Provisioning Mode** sur **Automatic**.',
          },
          picture: {
            title: 'Provisioning',
            menu: MENU,
            buttons: ['New configuration'],
            marked: ['Provisioning', 'New configuration'],
          },
        },
        {
          title: { en: 'Enter the two values', fr: 'Saisissez les deux valeurs' },
          text: {
            en: 'Paste the base URL into **Tenant URL** and the token into **Secret token**. Choose **Test connection**; when it succeeds, choose **Create** (or **Save**).',
            fr: 'Collez l’URL de base dans **Tenant URL** et le jeton dans **Secret token**. Choisissez **Test connection**\u00a0; si le test réussit, choisissez **Create** (ou **Save**).',
          },
          picture: {
            title: 'New provisioning configuration',
            rows: [
              choice('Select authentication method', 'Bearer authentication'),
              field('Tenant URL', 'baseUrl'),
              field('Secret token', 'token'),
            ],
            buttons: ['Test connection', 'Create'],
            marked: ['Tenant URL', 'Secret token', 'Test connection'],
          },
        },
        {
          title: { en: 'Say who comes', fr: 'Indiquez qui est concerné' },
          text: {
            en: 'Open **Users and groups**, choose **Add user/group**, and assign the groups whose members shall have access. Groups inside of groups are not followed by Entra ID.',
            fr: 'Ouvrez **Users and groups**, choisissez **Add user/group** et attribuez les groupes dont les membres doivent avoir accès. Entra ID ne suit pas les groupes imbriqués.',
          },
          picture: {
            title: 'Users and groups',
            menu: MENU,
            buttons: ['Add user/group'],
            marked: ['Users and groups', 'Add user/group'],
          },
        },
      ],
      test: [
        {
          title: { en: 'Send one person now', fr: 'Envoyez une personne maintenant' },
          text: {
            en: 'Entra ID’s own cycle takes up to 40 minutes. Do not wait for it: open **Provision on demand**, choose a person who is assigned, and choose **Provision**.',
            fr: 'Le cycle d’Entra ID prend jusqu’à 40 minutes. Ne l’attendez pas\u00a0: ouvrez **Provision on demand**, choisissez une personne attribuée, puis **Provision**.',
          },
          picture: {
            title: 'Provision on demand',
            menu: MENU,
            rows: [field('Select a user or group')],
            buttons: ['Provision'],
            marked: ['Provision on demand', 'Provision'],
          },
        },
        {
          title: { en: 'Send a group', fr: 'Envoyez un groupe' },
          text: {
            en: 'The same for a group: choose it under **Provision on demand**, with up to five of its members. Leave this out if you do not use groups.',
            fr: 'De même pour un groupe\u00a0: choisissez-le dans **Provision on demand**, avec cinq membres au plus. Passez cette étape si vous n’utilisez pas de groupes.',
          },
        },
        {
          title: { en: 'Start provisioning', fr: 'Démarrez le provisionnement' },
          text: {
            en: 'When both have arrived here, go back to **Overview** and choose **Start provisioning**: everyone else follows within the hour.',
            fr: 'Quand tous deux sont arrivés ici, revenez à **Overview** et choisissez **Start provisioning**\u00a0: les autres suivent dans l’heure.',
          },
          picture: {
            title: 'Overview',
            menu: MENU,
            buttons: ['Start provisioning'],
            marked: ['Overview', 'Start provisioning'],
          },
        },
      ],
    },
  ],
};
