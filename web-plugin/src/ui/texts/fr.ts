// Français.

import type { Texts } from './catalogue.ts';

export const fr: Texts = {
  language: 'fr',
  direction: 'ltr',

  someone: 'Une personne sans nom',
  you: 'vous',
  close: 'Fermer',
  list: (names) => new Intl.ListFormat('fr').format(names),

  shield: {
    name: 'Scellement de ce salon',
    open: 'Non scellé',
    sealing: 'Scellement…',
    sealed: 'Scellé',
    verified: 'Scellé, tous vérifiés',
    asking: 'N’est plus scellé',
    alarm: 'Il y a un problème',
  },

  panel: {
    title: {
      open: 'Ce salon n’est pas scellé',
      sealing: 'Scellement de ce salon…',
      sealed: 'Ce salon est scellé',
      asking: 'Ce salon n’est plus scellé',
      broken: 'Le scellement ne fonctionne pas ici',
    },
    meaning: {
      open: 'Le serveur qui transporte cet appel pourrait le voir et l’entendre.',
      sealing:
        'Plus rien ne quitte votre navigateur sans protection. Les clés sont en route vers les autres.',
      sealed:
        'Seules les personnes de cette liste peuvent vous voir et vous entendre. Le serveur transmet ce qu’il ne peut pas ouvrir.',
      asking: 'Votre navigateur n’envoie rien tant que vous n’avez pas décidé.',
      broken: 'Votre navigateur n’envoie rien.',
    },
    since: (time) => `Scellé depuis : ${time}.`,
    keyChange: {
      start: (time) => `Clés créées à ${time}, au début du scellement.`,
      left: (time, name) =>
        `Nouvelles clés à ${time} : ${name === null ? 'quelqu’un est parti' : `départ de ${name}`}.`,
      joined: (time, name) =>
        `Nouvelles clés à ${time} : ${name === null ? 'quelqu’un est arrivé' : `arrivée de ${name}`}.`,
      period: (time) => `Nouvelles clés à ${time}, comme de temps en temps.`,
    },
    people: (count) => (count === 1 ? 'Dans ce salon : 1 personne' : `Dans ce salon : ${count} personnes`),
    parts: 'Ce qui est scellé',
    enforced: 'Le serveur ne laisse entrer personne qui ne puisse participer.',
    notEnforced:
      'Pour l’instant, le serveur laisse entrer des personnes qui ne peuvent pas participer. Ce que vous envoyez reste scellé.',
    messages: (count) => (count === 1 ? '1 message' : `${count} messages`),
    about: {
      title: 'Ce contre quoi le scellement protège',
      holds: [
        'Le serveur, et quiconque en chemin, ne peut ni voir ni entendre ce qui est scellé, ni le remplacer par autre chose.',
        'Qui arrive ne peut pas ouvrir ce qui précède ; qui part ne peut pas ouvrir ce qui suit.',
      ],
      holdsNot:
        'Il ne protège pas des personnes du salon : elles peuvent enregistrer. L’une d’elles, si elle contrôle aussi le serveur, pourrait falsifier l’image ou le son d’une autre. Et cette page vient du serveur : le scellement est aussi honnête qu’elle.',
    },
  },

  person: {
    waiting: { word: 'Clés en route', detail: null },
    sealed: { word: 'Scellé', detail: null },
    incapable: {
      word: 'Ne peut pas participer',
      detail: 'N’a pas de clés : ne peut ni vous voir ni vous entendre.',
    },
    unreadable: {
      word: 'Ne peut être ouvert',
      detail: 'Envoie quelque chose qui ne peut pas être ouvert ici. Ce n’est pas montré.',
    },
    swapped: {
      word: 'Mauvaise personne',
      detail: 'Le serveur envoie à cette place l’image ou le son de quelqu’un d’autre. Ce n’est pas montré.',
    },
    quiet: { word: 'N’envoie rien', detail: null },
  },
  names: {
    asserted: (name) => `Se nomme ${name}. Le nom ci-dessus vient du serveur et ne prouve rien.`,
    noName: 'Ne se donne aucun nom. Le nom ci-dessus vient du serveur et ne prouve rien.',
    alsoHere: (names) => `Également ici sous le nom de ${fr.list(names)} : le même appareil.`,
  },
  device: {
    new: () => 'Nouvel appareil',
    known: (date) => `Appareil connu depuis le ${date}`,
    verified: (date) => `Vérifié le ${date}`,
    changed: () => 'Changé ! Ce n’est pas l’appareil vérifié',
  },

  part: {
    microphone: 'Micro',
    camera: 'Caméra',
    screen: 'Écran',
    chat: 'Discussion',
    sealed: 'scellé',
  },

  switch: {
    seal: 'Sceller ce salon',
    sealHint:
      'Dès lors, seules les personnes du salon peuvent se voir et s’entendre. Vous pouvez arrêter à tout moment.',
    unseal: 'Ne plus sceller',
    onlyOwnersSeal: 'La personne qui dirige le salon peut le sceller.',
    onlyOwnersUnseal: 'Seule la personne qui dirige le salon peut arrêter le scellement.',
    confirmTitle: 'Ne plus sceller ce salon ?',
    asksEverybody:
      'Vous n’avez pas scellé ce salon vous-même : tout le monde est d’abord consulté, et un seul refus garde le sceau.',
    confirmMeaning: [
      'Le serveur qui transporte l’appel pourra le voir et l’entendre.',
      'Tout le monde verra que c’était vous, et chacun devra accepter avant que rien de lui ne soit envoyé.',
    ],
    confirm: 'Oui, arrêter',
    keep: 'Garder scellé',
  },

  asking: {
    title: (by) =>
      by === null ? 'Le scellement de ce salon a pris fin' : `${by} a mis fin au scellement de ce salon`,
    held: 'Votre micro, votre caméra et votre écran sont retenus. Rien n’est envoyé sans votre accord.',
    meaning: 'Si vous continuez sans scellement, le serveur peut voir et entendre ce que vous envoyez.',
    agree: 'Continuer sans scellement',
    leave: 'Quitter',
  },

  consent: {
    title: (by) => `${by} demande à lever le sceau de ce salon`,
    titleOwn: 'Tout le monde est consulté',
    means:
      'Sans le sceau, le serveur qui transporte l’appel peut tout voir et entendre, y compris ce que vous envoyez.',
    limit: (seconds) => `Si tout le monde n’accepte pas en ${seconds} secondes, le salon reste scellé.`,
    progress: (agreed, asked) => `${agreed} sur ${asked} ont accepté.`,
    agree: 'Accepter de lever le sceau',
    refuse: 'Garder le sceau',
    stays: 'Le salon reste scellé',
    refused: 'Quelqu’un veut garder le sceau.',
    expired: 'Tout le monde n’a pas répondu à temps.',
  },

  broken: {
    happened: 'Le scellement ne fonctionne plus dans ce navigateur',
    means:
      'Votre micro, votre caméra et votre écran sont retenus, pour que rien ne sorte sans protection. Les autres ne vous voient ni ne vous entendent.',
    remedy: 'Rechargez la page et revenez. Si cela ne suffit pas, mettez le navigateur à jour.',
    leave: 'Quitter',
    reload: 'Recharger la page',
  },

  verify: {
    compare: 'Vérifier',
    unknown: 'Appareil pas encore connu',
    compareWith: (name) => `Vérifier ${name}`,
    openCode: 'Comparer le code du salon',
    why: 'Assurez-vous que personne ne se tient entre vous et les autres : vérifiez une personne, ou lisez un code à voix haute à tous.',
    temporary:
      'Cette fenêtre ne retient personne, et la prochaine fois les autres vous verront comme une nouvelle personne : elle est privée, ou son stockage ne fonctionne pas.',
  },

  ownDevice: {
    title: 'Ce navigateur',
    means:
      'Les personnes que vous rencontrez ici connaissent ce navigateur par une clé qui ne le quitte jamais. Ce que vous enregistrez ci-dessous est public : l’autre moitié de cette clé et les appareils que ce navigateur a rencontrés.',
    save: 'Enregistrer la partie publique',
    reset: 'Recommencer avec une nouvelle clé',
    confirmTitle: 'Recommencer ?',
    confirmMeaning:
      'Les personnes qui vous ont vérifié apprendront que vous utilisez un autre appareil et devront vous vérifier à nouveau. L’appel en cours continue tel quel.',
    confirm: 'Oui, recommencer',
    keep: 'Garder la clé',
  },

  comparison: {
    title: (name) => `Vérifier ${name}`,
    steps: {
      connecting: (name) => [`Connexion sûre avec ${name}…`],
      incoming: (name) => [
        `${name} souhaite comparer sept images avec vous, pour s’assurer que personne ne se tient entre vous.`,
      ],
      waiting: (name) => [
        `En attente de ${name}.`,
        'Dites à voix haute que vous souhaitez comparer des images.',
      ],
      compare: (name) => [
        `Lisez-vous ces images à voix haute. ${name} a-t-il ou a-t-elle les sept mêmes, dans cet ordre ?`,
        `Une voix peut être imitée. En cas de doute, demandez quelque chose que seul ${name} peut savoir.`,
      ],
      confirming: (name) => [`Vous avez dit qu’elles sont identiques. En attente de la réponse de ${name}.`],
      match: (name) => [
        `Vérification réussie : ${name}.`,
        'Personne ne se tient entre vous. Ce navigateur reconnaîtra cet appareil la prochaine fois.',
      ],
    },
    interrupted: {
      left: (name) => `Départ de ${name} avant la fin.`,
      declined: (name) => `${name} ne souhaite pas comparer maintenant.`,
      stopped: () => 'La comparaison a été arrêtée.',
      timeout: (name) => `${name} n’a pas répondu.`,
      unreachable: (name) => `La connexion sûre avec ${name} n’a pas pu être établie.`,
    },
    nothingChanged: 'Rien n’a changé. Vous pouvez réessayer.',
    accept: 'Comparer maintenant',
    decline: 'Pas maintenant',
    same: 'Elles sont identiques',
    differ: 'Elles sont différentes',
    stop: 'Arrêter',
    again: 'Réessayer',
    done: 'Terminé',
    pictures: 'Sept images',
  },

  code: {
    title: 'Code du salon',
    how: [
      'Une personne lit la première moitié à voix haute, une autre la seconde. Celles qui voient la même chose le disent.',
      'Ne cochez que les personnes que vous avez entendues vous-même et dont vous connaissez la voix.',
    ],
    digits: 'Code',
    working: 'Calcul du code…',
    heard: (name) => `J’ai entendu ${name}`,
    people: 'Qui avez-vous entendu le lire ou le confirmer ?',
    covers: (people) =>
      people === 1
        ? 'Ce code vaut pour vous et 1 autre personne.'
        : `Ce code vaut pour vous et ces ${people} personnes.`,
    reach: {
      connecting: 'Pas encore joignable',
      left: 'Départ avant que ce soit possible',
      'no-device': 'Ne montre aucun appareil à retenir',
    },
    connecting: (people) =>
      people === 1
        ? '1 personne n’est pas encore joignable ; vous pourrez la cocher dès qu’une connexion sûre sera établie.'
        : `${people} personnes ne sont pas encore joignables ; vous pourrez les cocher dès qu’une connexion sûre sera établie.`,
    none: 'Il n’y a encore personne d’autre.',
    outdated: 'Quelqu’un est arrivé ou parti. Ce code reste juste pour les personnes ci-dessous.',
    fresh: 'Montrer un nouveau code',
    differs: 'Quelqu’un a un autre code',
    back: 'Retour',
  },

  preJoin: {
    title: 'Salons scellés',
    able: 'Ce navigateur peut participer à des salons scellés.',
    obstacle: {
      'outdated-browser':
        'Ce navigateur ne peut pas participer à des salons scellés : mettez-le à jour ou utilisez-en un autre.',
      'not-loaded':
        'Cette page ne peut pas participer à des salons scellés : une partie n’a pas été chargée. Rechargez-la.',
    },
    room: {
      known: 'Ce salon est scellé : ce navigateur l’a déjà vu ainsi.',
      invited: 'Ce salon est scellé : votre invitation le dit.',
      required: 'Ce salon est scellé, comme tous ceux de ce genre ici.',
      unknown: 'On ne saura si ce salon est scellé qu’en y entrant.',
    },
  },

  refusal: {
    'no-plugin': () => ({
      happened: 'Vous n’avez pas pu entrer : ce salon est scellé.',
      means: 'Il manque à cette page la partie qui scelle ; vous n’auriez rien vu ni entendu.',
      remedy: 'Rechargez la page. Si cela continue, dites-le à qui gère le serveur.',
    }),
    'outdated-browser': () => ({
      happened: 'Vous n’avez pas pu entrer : ce salon est scellé.',
      means: 'Ce navigateur ne peut pas sceller le son et l’image. Rien n’a été envoyé.',
      remedy: 'Mettez le navigateur à jour, ou revenez avec un Chrome, Edge, Firefox ou Safari récent.',
    }),
    'bad-bundle': () => ({
      happened: 'Vous n’avez pas pu entrer : ce salon est scellé.',
      means: 'Le serveur n’a pas accepté les clés de ce navigateur.',
      remedy: 'Rechargez la page et revenez. Si cela continue, dites-le à qui gère le serveur.',
    }),
    other: (detail) => ({
      happened: 'Vous n’avez pas pu entrer dans ce salon.',
      means: detail === null ? 'Le serveur n’a pas donné de raison.' : `Le serveur dit : ${detail}`,
      remedy: 'Réessayez plus tard, ou demandez à la personne qui vous a invité.',
    }),
  },

  tile: {
    incapable: 'Ne peut pas participer',
    unreadable: 'Ne peut être ouvert',
    swapped: 'Mauvaise personne : non montrée',
  },

  payload: { chat: 'message', poll: 'sondage', reaction: 'réaction', other: 'envoi' },

  causes: {
    'worker-died': () => ({
      happened: 'La partie de cette page qui scelle le son et l’image s’est arrêtée.',
      means: 'Rien ne quitte votre navigateur, et rien des autres ne peut être montré.',
      remedy: 'Rechargez la page et revenez. Les autres remarqueront seulement une courte absence.',
    }),
    'not-loaded': () => ({
      happened: 'Une partie du scellement n’a pas pu être chargée depuis le serveur.',
      means: 'Vous ne pouvez pas participer à des salons scellés, et rien n’y est envoyé.',
      remedy: 'Rechargez la page. Si cela ne suffit pas, dites-le à qui gère le serveur.',
    }),
    unsupported: () => ({
      happened: 'Ce navigateur ne peut pas sceller le son et l’image.',
      means: 'Vous ne pouvez pas participer à des salons scellés. Rien n’a été envoyé.',
      remedy: 'Revenez avec un Chrome, Edge, Firefox ou Safari récent.',
    }),
    bypassed: () => ({
      happened: 'Votre navigateur a voulu envoyer ou jouer quelque chose sans passer par le scellement.',
      means: 'Cela a été arrêté. Votre son ou votre image manque peut-être aux autres.',
      remedy: 'Quittez le salon, mettez le navigateur à jour, et revenez.',
    }),
    refused: ({ what, why }) => ({
      happened: what === 'seal' ? 'Le salon n’a pas été scellé.' : 'Le scellement n’a pas pris fin.',
      means: why,
      remedy: 'Demandez à une personne qui dirige le salon, ou réessayez.',
    }),
    'held-back-out': ({ what }) => ({
      happened: `Non envoyé : ${fr.payload[what]}.`,
      means: 'Rien ne doit sortir d’un salon scellé sans protection, et ceci ne peut pas encore être scellé.',
      remedy: 'Dites-le à voix haute : le son et l’image sont scellés.',
    }),
    unsent: ({ what }) => ({
      happened: `Non envoyé : ${fr.payload[what]}.`,
      means: 'La connexion au serveur est coupée : personne ne l’a reçu.',
      remedy: 'Envoyez-le de nouveau quand la connexion sera rétablie.',
    }),
    'held-back-in': ({ what }) => ({
      happened: `Reçu sans scellement et non montré : ${fr.payload[what]}.`,
      means: 'Cela vient de quelqu’un qui ne participe pas au scellement, ou du serveur lui-même.',
      remedy: 'Rien à faire. Demandez à voix haute si vous attendiez quelque chose.',
    }),
    codec: ({ codec }) => ({
      happened: `Votre navigateur envoie du ${codec}, qui ne peut pas être scellé.`,
      means: 'Sous cette forme, les autres ne reçoivent pas ce que vous envoyez.',
      remedy: 'Demandez à qui gère le serveur de proposer AV1, VP9, VP8 ou H.264, et Opus.',
    }),
    unreadable: ({ name }) => ({
      happened: `Ce qu’envoie ${name} ne peut pas être ouvert ici.`,
      means: 'Ce n’est pas montré. Les clés sont peut-être en route, ou l’envoi a été modifié en chemin.',
      remedy: `Si cela continue, demandez à ${name} de sortir et de revenir.`,
    }),
    replayed: ({ name }) => ({
      happened: `D’anciens sons ou images de ${name} ont été envoyés de nouveau.`,
      means:
        'Ils ne sont pas montrés. Le serveur les a gardés, et rien de nouveau n’est arrivé à leur place.',
      remedy: 'Si cela se répète, ne faites plus confiance à ce serveur et dites-le à qui le gère.',
    }),
    late: ({ name, seconds }) => ({
      happened: `Ce que vous voyez ou entendez de ${name} date d’environ ${seconds} secondes.`,
      means: `Cela vient bien de ${name}. La connexion est lente, ou le serveur le retient.`,
      remedy: `Avant de vous y fier, posez une question à ${name} et voyez en combien de temps la réponse arrive.`,
    }),
    missed: ({ name, count }) => ({
      happened: `${count === 1 ? 'Un message' : `${count} messages`} de ${name} ${count === 1 ? 'n’est pas arrivé' : 'ne sont pas arrivés'}.`,
      means: 'Perdu en route, ou retenu par le serveur.',
      remedy: `Demandez à ${name} de le redire.`,
    }),
    unsealed: ({ name }) => ({
      happened: `Quelque chose de non scellé est arrivé à la place de ${name}.`,
      means:
        'Ce n’est pas montré. Un participant au scellement n’envoie rien de tel ; le serveur peut le fabriquer.',
      remedy: `Demandez à ${name} si le salon y apparaît comme scellé.`,
    }),
    swapped: ({ name, seen }) => ({
      happened:
        seen === null
          ? `L’image ou le son de quelqu’un d’autre est arrivé à la place de ${name}.`
          : `Le serveur a envoyé ce qui vient de ${seen} à la place de ${name}.`,
      means: 'Le serveur les a confondus, ou l’a fait exprès. Ce n’est pas montré.',
      remedy: 'Si cela se répète, ne faites plus confiance à ce serveur et dites-le à qui le gère.',
    }),
    incapable: ({ name }) => ({
      happened: `${name} ne peut pas participer au scellement.`,
      means: `${name} ne reçoit pas de clés et ne peut voir ni entendre personne.`,
      remedy: `Demandez à ${name} de revenir avec un navigateur récent.`,
    }),
    replaced: ({ name }) => ({
      happened: `${name} est de retour avec une autre clé au milieu de l’appel.`,
      means: 'La page a peut-être été rechargée, ou c’est quelqu’un d’autre sous le même nom.',
      remedy: `Demandez à ${name} à voix haute.`,
    }),
    'changed-device': ({ name }) => ({
      happened: `${name} est ici avec un autre appareil que celui qui a été vérifié.`,
      means: 'C’est peut-être un nouvel ordinateur ou navigateur, ou quelqu’un d’autre qui a pris ce nom.',
      remedy: `Vérifiez de nouveau ${name} avant de dire quelque chose de confidentiel.`,
    }),
    'different-rosters': ({ names }) => ({
      happened: `Le serveur ne dit pas la même chose à vous et à ${fr.list(names)} sur qui est dans ce salon.`,
      means: 'Quelqu’un écoute peut-être sans que tous le sachent, ou quelqu’un est tenu à l’écart.',
      remedy:
        'Demandez à voix haute qui est là et comparez avec la liste. Si cela ne correspond pas, partez.',
    }),
    silent: ({ name }) => ({
      happened: `${name} ne donne pas signe.`,
      means: `On ne sait pas si ${name} voit les mêmes personnes dans ce salon.`,
      remedy: 'La connexion est peut-être mauvaise. Si cela continue, demandez à voix haute.',
    }),
    mismatch: ({ name }) => ({
      happened:
        name === null
          ? 'Les codes du salon sont différents.'
          : `Vos images et celles de ${name} sont différentes.`,
      means: 'Quelqu’un se tient peut-être entre vous, et voit et entend tout.',
      remedy:
        'Ne dites rien de confidentiel ici. Partez, et prévenez les autres par un autre moyen, comme le téléphone. Ne vous contentez pas de réessayer.',
    }),
  },

  lines: {
    'sealed-by': ({ name }) => (name === null ? 'Ce salon a été scellé.' : `${name} a scellé ce salon.`),
    'unsealed-by': ({ name }) =>
      name === null
        ? 'Le scellement de ce salon a pris fin.'
        : `${name} a mis fin au scellement de ce salon.`,
    'seal-stays': () => 'Le salon reste scellé : tout le monde n’était pas d’accord.',
    'device-reset': ({ isDone }) =>
      isDone
        ? 'Au prochain chargement de cette page, ce navigateur aura une nouvelle clé.'
        : 'La clé n’a pas pu être retirée : le navigateur ne l’a pas lâchée. Réessayez ou supprimez les données de ce site.',
  },

  trouble: {
    remedyLabel: 'Que faire',
    repeated: (count) => `×${count}`,
    dismiss: 'Masquer',
    show: 'Que faire ?',
    severity: { information: 'Note', warning: 'Avertissement', alarm: 'Alarme' },
  },

  announce: {
    sealing: 'Ce salon est en cours de scellement.',
    sealed: 'Ce salon est scellé.',
    open: 'Ce salon n’est pas scellé.',
  },

  emoji: [
    ...[
      'Chien',
      'Chat',
      'Lion',
      'Cheval',
      'Licorne',
      'Cochon',
      'Éléphant',
      'Lapin',
      'Panda',
      'Coq',
      'Manchot',
    ],
    ...[
      'Tortue',
      'Poisson',
      'Pieuvre',
      'Papillon',
      'Fleur',
      'Arbre',
      'Cactus',
      'Champignon',
      'Globe',
      'Lune',
    ],
    ...['Nuage', 'Feu', 'Banane', 'Pomme', 'Fraise', 'Maïs', 'Pizza', 'Gâteau', 'Cœur', 'Sourire', 'Robot'],
    ...['Chapeau', 'Lunettes', 'Clé à molette', 'Père Noël', 'Pouce levé', 'Parapluie', 'Sablier', 'Réveil'],
    ...[
      'Cadeau',
      'Ampoule',
      'Livre',
      'Crayon',
      'Trombone',
      'Ciseaux',
      'Cadenas',
      'Clé',
      'Marteau',
      'Téléphone',
    ],
    ...['Drapeau', 'Train', 'Vélo', 'Avion', 'Fusée', 'Trophée', 'Ballon', 'Guitare', 'Trompette', 'Cloche'],
    ...['Ancre', 'Casque audio', 'Dossier', 'Punaise'],
  ],
};
