import { choice, field, item, type Provider } from './provider.js';

export const google: Provider = {
  id: 'google',
  name: 'Google Workspace',
  note: {
    en: 'Google offers automatic provisioning for apps of its own catalogue alone. If the app that you use there does not let you enter a base URL, ask us before you go on.',
    fr: 'Google ne propose le provisionnement automatique que pour les applications de son catalogue. Si l’application que vous y utilisez ne permet pas de saisir une URL de base, demandez-nous avant de continuer.',
  },
  ways: [
    {
      id: 'usual',
      name: { en: 'An app of Google’s catalogue', fr: 'Une application du catalogue Google' },
      baseUrlField: 'Endpoint URL',
      tokenField: 'Access token',
      mappingAt: 'Autoprovisioning → Attribute mapping',
      connect: [
        {
          title: { en: 'Open the app', fr: 'Ouvrez l’application' },
          text: {
            en: 'In the Google Admin console, open **Apps → Web and mobile apps** and the app. At **Autoprovisioning**, choose **Configure autoprovisioning**.',
            fr: 'Dans la console d’administration Google, ouvrez **Apps → Web and mobile apps**, puis l’application. Dans **Autoprovisioning**, choisissez **Configure autoprovisioning**.',
          },
          picture: {
            title: 'Web and mobile apps',
            menu: ['Directory', 'Apps', 'Security'],
            rows: [item('Autoprovisioning')],
            buttons: ['Configure autoprovisioning'],
            marked: ['Apps', 'Configure autoprovisioning'],
          },
        },
        {
          title: { en: 'Enter the two values', fr: 'Saisissez les deux valeurs' },
          text: {
            en: 'Paste the token into **Access token** and choose **Continue**, then the base URL into **Endpoint URL** and **Continue**.',
            fr: 'Collez le jeton dans **Access token** et choisissez **Continue**, puis l’URL de base dans **Endpoint URL** et **Continue**.',
          },
          picture: {
            title: 'Autoprovisioning',
            rows: [field('Access token', 'token'), field('Endpoint URL', 'baseUrl')],
            buttons: ['Continue'],
            marked: ['Access token', 'Endpoint URL'],
          },
        },
        {
          title: { en: 'Keep the mapping', fr: 'Gardez la correspondance' },
          text: {
            en: 'Google shows which of its attributes goes where. Everything marked with a star needs one; **userName** is the primary e-mail address.',
            fr: 'Google montre la destination de chacun de ses attributs. Tout ce qui porte une étoile doit être renseigné\u00a0; **userName** est l’adresse e-mail principale.',
          },
        },
        {
          title: { en: 'Say who comes, and who goes', fr: 'Indiquez qui est concerné' },
          text: {
            en: 'Choose the groups in scope, and after how many days a person who leaves is deprovisioned. Then choose **Finish**.',
            fr: 'Choisissez les groupes concernés, et après combien de jours une personne qui part est retirée. Puis choisissez **Finish**.',
          },
          picture: {
            title: 'Autoprovisioning',
            rows: [field('Provisioning scope'), choice('Deprovisioning', 'After 1 day')],
            buttons: ['Finish'],
            marked: ['Provisioning scope', 'Finish'],
          },
        },
      ],
      test: [
        {
          title: { en: 'Turn it on', fr: 'Activez-le' },
          text: {
            en: 'On the app’s page, switch **Autoprovisioning** to **Active**. The first people may take some minutes to come.',
            fr: 'Sur la page de l’application, passez **Autoprovisioning** à **Active**. Les premières personnes peuvent mettre quelques minutes à arriver.',
          },
          picture: {
            title: 'Autoprovisioning',
            rows: [choice('Autoprovisioning', 'Active')],
            marked: ['Autoprovisioning'],
          },
        },
      ],
    },
  ],
};
