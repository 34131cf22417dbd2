import { check, choice, field, item, type Provider, type Step } from './provider.js';

const SECTIONS = ['Dashboard', 'Directory', 'Applications', 'Security'];
const TABS = ['General', 'Provisioning', 'Assignments', 'Push Groups'];

const TO_APP: Step = {
  title: { en: 'Say what Okta may do', fr: 'Indiquez ce qu’Okta peut faire' },
  text: {
    en: 'Still under **Provisioning**, open **To App** and choose **Edit**. Enable **Create Users**, **Update User Attributes** and **Deactivate Users**, then choose **Save**.',
    fr: 'Toujours dans **Provisioning**, ouvrez **To App** et choisissez **Edit**. Activez **Create Users**, **Update User Attributes** et **Deactivate Users**, puis **Save**.',
  },
  picture: {
    title: 'Provisioning',
    menu: ['To App', 'To Okta', 'Integration'],
    rows: [check('Create Users'), check('Update User Attributes'), check('Deactivate Users')],
    buttons: ['Save'],
    marked: ['To App', 'Create Users', 'Update User Attributes', 'Deactivate Users'],
  },
};

const TEST: readonly Step[] = [
  {
    title: { en: 'Assign one person', fr: 'Attribuez l’application à une personne' },
    text: {
      en: 'Open the tab **Assignments**, choose **Assign**, then **Assign to People**. Assign one person, yourself for instance, and choose **Save and Go Back**.',
      fr: 'Ouvrez l’onglet **Assignments**, choisissez **Assign**, puis **Assign to People**. Attribuez l’application à une personne, vous-même par exemple, puis **Save and Go Back**.',
    },
    picture: {
      title: 'Assignments',
      tabs: TABS,
      rows: [item('Assign to People'), item('Assign to Groups')],
      marked: ['Assignments', 'Assign to People'],
    },
  },
  {
    title: { en: 'Push a group', fr: 'Envoyez un groupe' },
    text: {
      en: 'Open the tab **Push Groups**, choose **Push Groups**, then **Find groups by name**. Enter a group and choose **Save**. Leave this out if you do not use groups.',
      fr: 'Ouvrez l’onglet **Push Groups**, choisissez **Push Groups**, puis **Find groups by name**. Saisissez un groupe, puis **Save**. Passez cette étape si vous n’utilisez pas de groupes.',
    },
    picture: {
      title: 'Push Groups',
      tabs: TABS,
      rows: [item('Find groups by name'), item('Find groups by rule')],
      marked: ['Push Groups', 'Find groups by name'],
    },
  },
];

export const okta: Provider = {
  id: 'okta',
  name: 'Okta',
  ways: [
    {
      id: 'catalogue',
      name: { en: 'With an app from Okta’s catalogue', fr: 'Avec une application du catalogue Okta' },
      baseUrlField: 'SCIM 2.0 Base Url',
      tokenField: 'OAuth Bearer Token',
      mappingAt: 'Provisioning → To App → Attribute Mappings',
      connect: [
        {
          title: { en: 'Add the app', fr: 'Ajoutez l’application' },
          text: {
            en: 'In the Okta Admin Console, open **Applications → Applications** and choose **Browse App Catalog**. Look for **SCIM 2.0 Test App (OAuth Bearer Token)**, choose **Add Integration**, give it a name that your colleagues know, and go on to **Done**.',
            fr: 'Dans la console d’administration Okta, ouvrez **Applications → Applications** et choisissez **Browse App Catalog**. Cherchez **SCIM 2.0 Test App (OAuth Bearer Token)**, choisissez **Add Integration**, donnez-lui un nom que vos collègues connaissent, et continuez jusqu’à **Done**.',
          },
          picture: {
            title: 'Applications',
            menu: SECTIONS,
            rows: [item('SCIM 2.0 Test App (OAuth Bearer Token)')],
            buttons: ['Browse App Catalog', 'Create App Integration'],
            marked: ['Applications', 'Browse App Catalog'],
          },
        },
        {
          title: { en: 'Enter the two values', fr: 'Saisissez les deux valeurs' },
          text: {
            en: 'In the app, open the tab **Provisioning**, choose **Configure API Integration** and tick **Enable API integration**. Paste the base URL into **SCIM 2.0 Base Url** and the token into **OAuth Bearer Token**.',
            fr: 'Dans l’application, ouvrez l’onglet **Provisioning**, choisissez **Configure API Integration** et cochez **Enable API integration**. Collez l’URL de base dans **SCIM 2.0 Base Url** et le jeton dans **OAuth Bearer Token**.',
          },
          picture: {
            title: 'Provisioning',
            tabs: TABS,
            rows: [
              check('Enable API integration'),
              field('SCIM 2.0 Base Url', 'baseUrl'),
              field('OAuth Bearer Token', 'token'),
            ],
            buttons: ['Test API Credentials', 'Save'],
            marked: ['Provisioning', 'SCIM 2.0 Base Url', 'OAuth Bearer Token'],
          },
        },
        {
          title: { en: 'Test the connection', fr: 'Testez la connexion' },
          text: {
            en: 'Choose **Test API Credentials**. When Okta says that they were verified, choose **Save**.',
            fr: 'Choisissez **Test API Credentials**. Quand Okta indique que les identifiants sont vérifiés, choisissez **Save**.',
          },
        },
        TO_APP,
      ],
      test: TEST,
    },
    {
      id: 'own',
      name: { en: 'With your own SAML or SWA app', fr: 'Avec votre application SAML ou SWA' },
      baseUrlField: 'SCIM connector base URL',
      tokenField: 'Authorization',
      mappingAt: 'Provisioning → To App → Attribute Mappings',
      connect: [
        {
          title: { en: 'Turn on SCIM', fr: 'Activez SCIM' },
          text: {
            en: 'In the app that your people sign in with, open the tab **General**, choose **Edit** at **App Settings**, set **Provisioning** to **SCIM** and choose **Save**. A tab **Provisioning** appears.',
            fr: 'Dans l’application avec laquelle vos utilisateurs se connectent, ouvrez l’onglet **General**, choisissez **Edit** dans **App Settings**, réglez **Provisioning** sur **SCIM**, puis **Save**. Un onglet **Provisioning** apparaît.',
          },
          picture: {
            title: 'App Settings',
            tabs: ['General', 'Sign On', 'Assignments'],
            rows: [choice('Provisioning', 'SCIM')],
            buttons: ['Save'],
            marked: ['General', 'Provisioning'],
          },
        },
        {
          title: { en: 'Enter the two values', fr: 'Saisissez les deux valeurs' },
          text: {
            en: 'Under **Provisioning → Integration**, choose **Edit**. Paste the base URL into **SCIM connector base URL**. **Unique identifier field for users** is `userName`. Of the **Supported provisioning actions**, tick **Push New Users**, **Push Profile Updates** and **Push Groups**. **Authentication Mode** is **HTTP Header**; paste the token into **Authorization**.',
            fr: 'Dans **Provisioning → Integration**, choisissez **Edit**. Collez l’URL de base dans **SCIM connector base URL**. **Unique identifier field for users** est `userName`. Parmi les **Supported provisioning actions**, cochez **Push New Users**, **Push Profile Updates** et **Push Groups**. **Authentication Mode** est **HTTP Header**\u00a0; collez le jeton dans **Authorization**.',
          },
          picture: {
            title: 'Provisioning',
            menu: ['Integration'],
            rows: [
              field('SCIM connector base URL', 'baseUrl'),
              field('Unique identifier field for users', 'userName'),
              choice('Authentication Mode', 'HTTP Header'),
              field('Authorization', 'token'),
            ],
            buttons: ['Test Connector Configuration'],
            marked: ['Integration', 'SCIM connector base URL', 'Authorization'],
          },
        },
        {
          title: { en: 'Test the connection', fr: 'Testez la connexion' },
          text: {
            en: 'Choose **Test Connector Configuration**. When Okta says that the connector was configured, close it and choose **Save**.',
            fr: 'Choisissez **Test Connector Configuration**. Quand Okta indique que le connecteur est configuré, fermez la fenêtre et choisissez **Save**.',
          },
        },
        TO_APP,
      ],
      test: TEST,
    },
  ],
};
