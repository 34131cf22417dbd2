import { problemsFr } from './problems.fr.js';
import type { Text } from './text.js';

export const fr: Text = {
  title: (app) => `Connecter votre annuaire à ${app}`,
  yourProvider: 'votre fournisseur d’identité',
  otherProvider: 'Un autre fournisseur',
  language: 'Langue',
  progress: 'Progression',
  stepOf: (step, of) => `Étape ${step} sur ${of}`,
  steps: { choose: 'Choisir', connect: 'Connecter', test: 'Tester', map: 'Vérifier', done: 'Terminé' },
  isDone: 'terminé',
  next: 'Continuer',
  back: 'Retour',
  retry: 'Réessayer',
  loading: 'Chargement…',
  refused: {
    offline: 'Le serveur n’a pas répondu. Vérifiez que vous êtes en ligne\u00a0; rien n’a été modifié.',
    busy: 'Il y a beaucoup à faire en ce moment. Réessayez dans une minute.',
    other:
      'Cela n’a pas fonctionné, et rien n’a été modifié. Réessayez\u00a0; si cela persiste, dites-le à la personne qui vous a envoyé ce lien.',
  },
  copy: 'Copier',
  copied: 'Copié',
  forWhom: (organization, directory) => (organization === directory ? organization : `${organization} · ${directory}`),

  choose: {
    title: 'Quel fournisseur d’identité utilisez-vous\u00a0?',
    intro: (app) =>
      `${app} suit votre annuaire\u00a0: chaque arrivée, modification ou départ y est repris. Vous devez être administrateur de votre fournisseur\u00a0; comptez environ cinq minutes.`,
    ways: 'Comment voulez-vous le connecter\u00a0?',
    change: 'Changer de fournisseur',
  },

  connect: {
    title: (provider) => `Connecter ${provider}`,
    intro: 'Suivez ces étapes dans une seconde fenêtre. Ce qu’il faut copier reste visible ici.',
    names: 'Les noms des menus et des champs sont ceux des écrans en anglais.',
    waiting: 'En attente de la première requête…',
    waitingHint: 'Ceci passe au vert tout seul dès que votre fournisseur nous joint avec le bon jeton.',
    nothingYet: 'Rien n’arrive\u00a0? Vérifiez que l’URL de base a été collée en entier, et que le test a été lancé.',
    refused: 'Une requête est arrivée, et a été refusée.',
    reached: 'Connecté\u00a0: votre fournisseur nous a joints avec le bon jeton.',
    picture: (title, marked) => `Schéma de l’écran «\u00a0${title}\u00a0». À repérer\u00a0: ${marked}.`,
  },

  values: {
    title: 'À copier',
    baseUrl: 'URL de base',
    baseUrlGoesInto: (field) => `va dans «\u00a0${field}\u00a0»`,
    copyBaseUrl: 'Copier l’URL de base',
    token: 'Jeton',
    create: 'Créer un jeton',
    rotate: 'Créer un autre jeton',
    copyToken: 'Copier le jeton',
    onlyOnce: 'Affiché une seule fois. Collez-le maintenant\u00a0; s’il est perdu, créez-en un autre.',
    none: 'Le jeton est un mot de passe réservé à votre fournisseur. Il n’est affiché qu’une fois.',
    two: 'Il y a deux jetons, et il ne peut pas y en avoir plus. Pour en créer un autre, révoquez celui que votre fournisseur n’utilise pas.',
    rotation:
      'Il y a déjà un jeton, et il peut y en avoir deux\u00a0: on le remplace ainsi sans interruption. Créez-en un autre, collez-le, puis révoquez le premier.',
    used: 'utilisé',
    neverUsed: 'pas encore utilisé',
    endsWith: (hint) => `Jeton qui se termine par ${hint}`,
    revoke: 'Révoquer',
    revokeNamed: (hint) => `Révoquer le jeton qui se termine par ${hint}`,
    sure: (hint) => `Révoquer le jeton …${hint}\u00a0? Ce qui l’utilise est refusé en quelques secondes.`,
    keep: 'Le garder',
  },

  test: {
    title: 'Envoyez une personne, puis un groupe',
    intro: 'Commencez par une seule personne. Ce qui arrive est coché tout seul.',
    checks: 'Ce qui est arrivé',
    reached: 'Votre fournisseur nous joint',
    admitted: 'Le jeton est accepté',
    user: 'Un utilisateur est arrivé',
    changed: 'Un utilisateur a été modifié ou désactivé',
    group: 'Un groupe est arrivé',
    optional: 'facultatif',
    users: (count) => `${count} jusqu’ici`,
    state: { done: 'fait', waiting: 'en attente', failing: 'refusé' },
    problems: 'À corriger',
    sent: 'Ce qui est arrivé',
    need: 'Ce qu’il nous faut',
    fix: 'Ce qu’il faut faire',
    server: 'Message du serveur (en anglais)',
    requests: 'Les requêtes, en direct',
    noRequests: 'Aucune pour l’instant.',
    accepted: 'acceptée',
    refusedOf: (status) => `refusée (${status})`,
    notThere: 'pas encore là',
    lost: 'La connexion de cette page est perdue\u00a0; elle se rétablit toute seule.',
    skip: 'Continuer sans test',
  },

  map: {
    title: 'Tout est-il juste\u00a0?',
    intro: (name) =>
      `Voici ce que nous retenons de ${name}, la première personne arrivée. Changez l’origine d’une valeur si elle n’est pas juste.`,
    nobody:
      'Personne n’est encore arrivé. Vous pourrez vérifier plus tard sur cette page, ou revenir en arrière et envoyer une personne.',
    usualEmail: 'Adresse e-mail principale',
    from: 'Origine',
    value: 'Valeur',
    field: 'Champ',
    fromOf: (field) => `Origine\u00a0: ${field}`,
    empty: 'aucune valeur',
    emptyEmail:
      'Aucune adresse e-mail n’est arrivée. La plupart des applications en ont besoin\u00a0: associez-la chez votre fournisseur, ou choisissez son origine.',
    changes: (count) =>
      count === 1 ? 'Une valeur change pour cette personne.' : `${count} valeurs changent pour cette personne.`,
    save: 'Enregistrer et terminer',
    finish: 'C’est juste, terminer',
    skip: 'Terminer sans rien changer',
    underWay: 'Une modification précédente est encore en cours pour tous les utilisateurs. Réessayez dans un instant.',
    fields: {
      email: 'Adresse e-mail',
      displayName: 'Nom affiché',
      'name.given': 'Prénom',
      'name.family': 'Nom',
      title: 'Fonction',
      department: 'Service',
      employeeNumber: 'Matricule',
      active: 'Actif',
    },
    sources: {
      userName: 'Nom d’utilisateur',
      externalId: 'Identifiant chez le fournisseur',
      workEmail: 'Adresse e-mail de type «\u00a0work\u00a0»',
      formattedName: 'Nom mis en forme',
      nickName: 'Surnom',
      userType: 'Type d’utilisateur',
      costCenter: 'Centre de coûts',
      division: 'Division',
      organization: 'Organisation',
    },
    yes: 'oui',
    no: 'non',
  },

  done: {
    title: 'Votre annuaire est connecté',
    intro: (provider, app) => `Désormais, ${provider} indique à ${app} qui arrive, change et part.`,
    counts: (users, groups) =>
      `Arrivés jusqu’ici : ${users} ${users === '1' ? 'utilisateur' : 'utilisateurs'} et ${groups} ${groups === '1' ? 'groupe' : 'groupes'}.`,
    next: 'La suite',
    points: (provider) => [
      `Attribuez l’application à tous les autres dans ${provider}. Un grand annuaire prend du temps, et tout arrive dans l’ordre.`,
      'Qui est retiré là-bas perd son accès ici. Un retrait de très nombreuses personnes à la fois peut être retenu jusqu’à confirmation.',
      'Rien de tout cela n’exige de revenir sur cette page. Elle vous reste ouverte jusqu’à la fin de la session du lien.',
    ],
    help: 'À qui s’adresser',
    helpText: (app) =>
      `Adressez-vous à la personne qui vous a envoyé ce lien, ou à l’assistance de ${app}. Donnez-leur cet identifiant\u00a0:`,
    copyId: 'Copier l’identifiant de l’annuaire',
    leave: 'Terminer la session sur cet appareil',
  },

  ended: {
    title: 'Ce lien ne peut plus être utilisé',
    used: 'Un lien de configuration s’ouvre une seule fois, avant son expiration. Il a peut-être été ouvert dans un autre navigateur, ou a été retiré.',
    none: 'Cette page s’ouvre par un lien qui vous a été envoyé. Il n’y en a pas dans l’adresse.',
    ask: 'Demandez-en un nouveau à la personne qui vous l’a envoyé. Ce que vous avez déjà configuré est conservé.',
    left: 'La session sur cet appareil est terminée.',
    leftAsk: 'Pour revenir, demandez un nouveau lien à la personne qui vous l’a envoyé.',
  },

  ...problemsFr,
};
