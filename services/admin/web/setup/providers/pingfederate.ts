import { check, choice, field, item, type Provider } from './provider.js';

export const pingfederate: Provider = {
  id: 'pingfederate',
  name: 'PingFederate, PingOne',
  ways: [
    {
      id: 'pingfederate',
      name: { en: 'PingFederate', fr: 'PingFederate' },
      baseUrlField: 'SCIM URL',
      tokenField: 'Access Token',
      mappingAt: 'Configure Channels → Attribute Mapping',
      connect: [
        {
          title: { en: 'Make a connection', fr: 'Créez une connexion' },
          text: {
            en: 'Open **Applications → Integration → SP Connections** and choose **Create Connection**. Use no template. At **Connection Type**, choose **Outbound Provisioning** and the type **SCIM Connector**; at **General Info**, enter an entity ID and a name of your choice.',
            fr: 'Ouvrez **Applications → Integration → SP Connections** et choisissez **Create Connection**. N’utilisez pas de modèle. Dans **Connection Type**, choisissez **Outbound Provisioning** et le type **SCIM Connector**\u00a0; dans **General Info**, saisissez un identifiant d’entité et un nom de votre choix.',
          },
          picture: {
            title: 'SP Connection',
            tabs: ['Connection Type', 'General Info', 'Outbound Provisioning'],
            rows: [check('Outbound Provisioning'), choice('Type', 'SCIM Connector')],
            buttons: ['Next'],
            marked: ['Connection Type', 'Outbound Provisioning', 'Type'],
          },
        },
        {
          title: { en: 'Enter the two values', fr: 'Saisissez les deux valeurs' },
          text: {
            en: 'At **Outbound Provisioning**, choose **Configure Provisioning**. On the tab **Target**, paste the base URL into **SCIM URL**; **SCIM Version** is **2.0**; **Authentication Method** is **OAuth 2 Bearer Token**; paste the token into **Access Token**.',
            fr: 'Dans **Outbound Provisioning**, choisissez **Configure Provisioning**. Dans l’onglet **Target**, collez l’URL de base dans **SCIM URL**\u00a0; **SCIM Version** est **2.0**\u00a0; **Authentication Method** est **OAuth 2 Bearer Token**\u00a0; collez le jeton dans **Access Token**.',
          },
          picture: {
            title: 'Configure Provisioning',
            tabs: ['Target', 'Manage Channels'],
            rows: [
              field('SCIM URL', 'baseUrl'),
              choice('SCIM Version', '2.0'),
              choice('Authentication Method', 'OAuth 2 Bearer Token'),
              field('Access Token', 'token'),
            ],
            marked: ['Target', 'SCIM URL', 'Access Token'],
          },
        },
        {
          title: { en: 'Make a channel', fr: 'Créez un canal' },
          text: {
            en: 'At **Manage Channels**, choose **Create** and your data store. **Source Location** says who comes. At **Attribute Mapping**, `userName` needs a value: the e-mail address, for instance.',
            fr: 'Dans **Manage Channels**, choisissez **Create** et votre source de données. **Source Location** indique qui est concerné. Dans **Attribute Mapping**, `userName` doit avoir une valeur\u00a0: l’adresse e-mail, par exemple.',
          },
          picture: {
            title: 'Manage Channels',
            tabs: ['Channel Info', 'Source Location', 'Attribute Mapping'],
            rows: [field('userName', 'mail')],
            marked: ['Attribute Mapping', 'userName'],
          },
        },
      ],
      test: [
        {
          title: { en: 'Activate it', fr: 'Activez-la' },
          text: {
            en: 'Set the channel’s **Channel Status** to **Active** and choose **Done**, then switch the connection itself on and choose **Save**. PingFederate begins with its next cycle.',
            fr: 'Réglez **Channel Status** du canal sur **Active** et choisissez **Done**, puis activez la connexion elle-même et choisissez **Save**. PingFederate commence à son prochain cycle.',
          },
          picture: {
            title: 'Activation & Summary',
            rows: [choice('Channel Status', 'Active')],
            buttons: ['Done', 'Save'],
            marked: ['Channel Status'],
          },
        },
      ],
    },
    {
      id: 'pingone',
      name: { en: 'PingOne', fr: 'PingOne' },
      baseUrlField: 'SCIM Base URL',
      tokenField: 'OAuth Access Token',
      mappingAt: 'Integrations → Provisioning → Rules → Attribute Mapping',
      connect: [
        {
          title: { en: 'Make a connection', fr: 'Créez une connexion' },
          text: {
            en: 'Open **Integrations → Provisioning**, choose **+** and **New Connection**. The type is **Identity Store**; choose **Select** at **SCIM Outbound** and give it a name.',
            fr: 'Ouvrez **Integrations → Provisioning**, choisissez **+**, puis **New Connection**. Le type est **Identity Store**\u00a0; choisissez **Select** pour **SCIM Outbound** et donnez-lui un nom.',
          },
          picture: {
            title: 'Provisioning',
            menu: ['Applications', 'Provisioning'],
            rows: [item('SCIM Outbound')],
            buttons: ['New Connection'],
            marked: ['Provisioning', 'SCIM Outbound'],
          },
        },
        {
          title: { en: 'Enter the two values', fr: 'Saisissez les deux valeurs' },
          text: {
            en: 'Paste the base URL into **SCIM Base URL**; **SCIM Version** is **2.0**; **Authentication Method** is **OAuth 2 Bearer Token**; paste the token into **OAuth Access Token**. Choose **Test Connection**, then save and switch the connection on.',
            fr: 'Collez l’URL de base dans **SCIM Base URL**\u00a0; **SCIM Version** est **2.0**\u00a0; **Authentication Method** est **OAuth 2 Bearer Token**\u00a0; collez le jeton dans **OAuth Access Token**. Choisissez **Test Connection**, puis enregistrez et activez la connexion.',
          },
          picture: {
            title: 'Configure authentication',
            rows: [
              field('SCIM Base URL', 'baseUrl'),
              choice('SCIM Version', '2.0'),
              choice('Authentication Method', 'OAuth 2 Bearer Token'),
              field('OAuth Access Token', 'token'),
            ],
            buttons: ['Test Connection'],
            marked: ['SCIM Base URL', 'OAuth Access Token', 'Test Connection'],
          },
        },
      ],
      test: [
        {
          title: { en: 'Make a rule', fr: 'Créez une règle' },
          text: {
            en: 'Under **Integrations → Provisioning**, choose **+** and **New Rule**. Choose the connection, edit **User Filter** so that it finds one person, and switch the rule on. Widen the filter afterwards.',
            fr: 'Dans **Integrations → Provisioning**, choisissez **+**, puis **New Rule**. Choisissez la connexion, modifiez **User Filter** pour trouver une seule personne, et activez la règle. Élargissez le filtre ensuite.',
          },
          picture: {
            title: 'New Rule',
            rows: [item('User Filter'), item('Attribute Mapping')],
            buttons: ['Save'],
            marked: ['User Filter'],
          },
        },
      ],
    },
  ],
};
