import { check, field, item, type Provider } from './provider.js';

const MENU = ['Configuration', 'Parameters', 'Access', 'Provisioning', 'Users'];

export const onelogin: Provider = {
  id: 'onelogin',
  name: 'OneLogin',
  ways: [
    {
      id: 'usual',
      name: { en: 'SCIM Provisioner with SAML', fr: 'SCIM Provisioner with SAML' },
      baseUrlField: 'SCIM Base URL',
      tokenField: 'SCIM Bearer Token',
      mappingAt: 'Parameters',
      connect: [
        {
          title: { en: 'Add the app', fr: 'Ajoutez l’application' },
          text: {
            en: 'In the OneLogin administration, open **Applications** and choose **Add App**. Look for **SCIM Provisioner with SAML (SCIM v2 Enterprise)**, give it a name and choose **Save**.',
            fr: 'Dans l’administration OneLogin, ouvrez **Applications** et choisissez **Add App**. Cherchez **SCIM Provisioner with SAML (SCIM v2 Enterprise)**, donnez-lui un nom, puis **Save**.',
          },
          picture: {
            title: 'Find Applications',
            menu: ['Users', 'Applications', 'Activity'],
            rows: [item('SCIM Provisioner with SAML (SCIM v2 Enterprise)')],
            buttons: ['Add App'],
            marked: ['Applications', 'SCIM Provisioner with SAML (SCIM v2 Enterprise)'],
          },
        },
        {
          title: { en: 'Enter the two values', fr: 'Saisissez les deux valeurs' },
          text: {
            en: 'Open **Configuration**. Paste the base URL into **SCIM Base URL** and the token into **SCIM Bearer Token**, choose **Save**, and then **Enable** at **API Connection**. OneLogin shows **Enabled** when we have answered.',
            fr: 'Ouvrez **Configuration**. Collez l’URL de base dans **SCIM Base URL** et le jeton dans **SCIM Bearer Token**, choisissez **Save**, puis **Enable** dans **API Connection**. OneLogin affiche **Enabled** quand nous avons répondu.',
          },
          picture: {
            title: 'Configuration',
            menu: MENU,
            rows: [field('SCIM Base URL', 'baseUrl'), field('SCIM Bearer Token', 'token')],
            buttons: ['Enable', 'Save'],
            marked: ['Configuration', 'SCIM Base URL', 'SCIM Bearer Token', 'Enable'],
          },
        },
        {
          title: { en: 'Turn on provisioning', fr: 'Activez le provisionnement' },
          text: {
            en: 'Open **Provisioning** and tick **Enable provisioning**. Untick **Create user**, **Delete user** and **Update user** below **Require admin approval**, unless you want to approve each of them. Choose **Save**.',
            fr: 'Ouvrez **Provisioning** et cochez **Enable provisioning**. Sous **Require admin approval**, décochez **Create user**, **Delete user** et **Update user**, sauf si vous voulez approuver chaque action. Choisissez **Save**.',
          },
          picture: {
            title: 'Provisioning',
            menu: MENU,
            rows: [check('Enable provisioning')],
            buttons: ['Save'],
            marked: ['Provisioning', 'Enable provisioning'],
          },
        },
        {
          title: { en: 'Let groups come along', fr: 'Transmettez aussi les groupes' },
          text: {
            en: 'Under **Parameters**, open **Groups**, tick **Include in User Provisioning** and choose **Save**. Leave this out if you do not use groups.',
            fr: 'Dans **Parameters**, ouvrez **Groups**, cochez **Include in User Provisioning**, puis **Save**. Passez cette étape si vous n’utilisez pas de groupes.',
          },
          picture: {
            title: 'Edit Field Groups',
            menu: MENU,
            rows: [check('Include in User Provisioning')],
            buttons: ['Save'],
            marked: ['Parameters', 'Include in User Provisioning'],
          },
        },
      ],
      test: [
        {
          title: { en: 'Give one person the app', fr: 'Donnez l’application à une personne' },
          text: {
            en: 'Open **Users → Users**, a person, and **Applications**. Choose **+**, the app, and **Continue**, then **Save**. If the person’s state is **Pending**, approve it under **Users** of the app.',
            fr: 'Ouvrez **Users → Users**, une personne, puis **Applications**. Choisissez **+**, l’application, **Continue**, puis **Save**. Si son état est **Pending**, approuvez-le dans **Users** de l’application.',
          },
          picture: {
            title: 'User',
            menu: ['User Info', 'Authentication', 'Applications'],
            rows: [item('SCIM Provisioner with SAML')],
            buttons: ['+'],
            marked: ['Applications', '+'],
          },
        },
      ],
    },
  ],
};
