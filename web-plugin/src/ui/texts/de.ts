// Deutsch.

import type { Texts } from './catalogue.ts';

export const de: Texts = {
  language: 'de',
  direction: 'ltr',

  someone: 'Jemand ohne Namen',
  you: 'Sie',
  close: 'Schließen',
  list: (names) => new Intl.ListFormat('de').format(names),

  shield: {
    name: 'Siegel dieses Raums',
    open: 'Nicht versiegelt',
    sealing: 'Wird versiegelt …',
    sealed: 'Versiegelt',
    verified: 'Versiegelt, alle geprüft',
    asking: 'Nicht mehr versiegelt',
    alarm: 'Etwas stimmt nicht',
  },

  panel: {
    title: {
      open: 'Dieser Raum ist nicht versiegelt',
      sealing: 'Dieser Raum wird versiegelt …',
      sealed: 'Dieser Raum ist versiegelt',
      asking: 'Dieser Raum ist nicht mehr versiegelt',
      broken: 'Das Versiegeln geht hier nicht',
    },
    meaning: {
      open: 'Der Server, über den dieses Gespräch läuft, könnte es sehen und hören.',
      sealing: 'Nichts verlässt Ihren Browser mehr ungeschützt. Die Schlüssel sind unterwegs zu den anderen.',
      sealed:
        'Nur die Personen in dieser Liste können Sie sehen und hören. Der Server gibt weiter, was er nicht öffnen kann.',
      asking: 'Ihr Browser sendet nichts, bis Sie sich entscheiden.',
      broken: 'Ihr Browser sendet nichts.',
    },
    since: (time) => `Versiegelt seit ${time}.`,
    keyChange: {
      start: (time) => `Schlüssel von ${time}, als das Versiegeln begann.`,
      left: (time, name) => `Neue Schlüssel um ${time}, weil ${name ?? 'jemand'} gegangen ist.`,
      joined: (time, name) => `Neue Schlüssel um ${time}, weil ${name ?? 'jemand'} dazugekommen ist.`,
      period: (time) => `Neue Schlüssel um ${time}, wie von Zeit zu Zeit üblich.`,
    },
    people: (count) => (count === 1 ? 'In diesem Raum: 1 Person' : `In diesem Raum: ${count} Personen`),
    parts: 'Was versiegelt ist',
    enforced: 'Der Server lässt niemanden herein, der nicht teilnehmen kann.',
    notEnforced:
      'Der Server hält zurzeit niemanden ab, der nicht teilnehmen kann. Was Sie senden, bleibt trotzdem versiegelt.',
    messages: (count) => (count === 1 ? '1 Meldung' : `${count} Meldungen`),
    about: {
      title: 'Wovor das Siegel schützt',
      holds: [
        'Der Server und alle auf dem Weg können Versiegeltes weder sehen noch hören noch durch anderes ersetzen.',
        'Wer dazukommt, kann nicht öffnen, was vorher war; wer geht, nicht, was danach kommt.',
      ],
      holdsNot:
        'Es schützt nicht vor den Personen im Raum: Sie können aufnehmen. Wer im Raum ist und zugleich den Server beherrscht, könnte Bild oder Ton von anderen fälschen. Und diese Seite kommt vom Server: Das Siegel ist so ehrlich wie die Seite.',
    },
  },

  person: {
    waiting: { word: 'Schlüssel unterwegs', detail: null },
    sealed: { word: 'Versiegelt', detail: null },
    incapable: {
      word: 'Kann nicht teilnehmen',
      detail: 'Hat keine Schlüssel und kann Sie weder sehen noch hören.',
    },
    unreadable: {
      word: 'Lässt sich nicht öffnen',
      detail: 'Sendet etwas, das sich hier nicht öffnen lässt. Es wird nicht gezeigt.',
    },
    swapped: {
      word: 'Falsche Person',
      detail: 'Der Server schickt an dieser Stelle Bild oder Ton von jemand anderem. Es wird nicht gezeigt.',
    },
    quiet: { word: 'Sendet gerade nichts', detail: null },
  },
  names: {
    asserted: (name) => `Nennt sich selbst ${name}. Der Name oben kommt vom Server und beweist nichts.`,
    noName: 'Nennt selbst keinen Namen. Der Name oben kommt vom Server und beweist nichts.',
    alsoHere: (names) => `Auch hier als ${de.list(names)}: dasselbe Gerät.`,
  },
  device: {
    new: () => 'Neues Gerät',
    known: (date) => `Gerät bekannt seit ${date}`,
    verified: (date) => `Geprüft am ${date}`,
    changed: () => 'Geändert! Nicht das geprüfte Gerät',
  },

  part: {
    microphone: 'Mikrofon',
    camera: 'Kamera',
    screen: 'Bildschirm',
    chat: 'Chat',
    sealed: 'versiegelt',
  },

  switch: {
    seal: 'Diesen Raum versiegeln',
    sealHint:
      'Von da an können nur die Personen im Raum einander sehen und hören. Sie können jederzeit aufhören.',
    unseal: 'Versiegeln beenden',
    onlyOwnersSeal: 'Wer den Raum leitet, kann ihn versiegeln.',
    onlyOwnersUnseal: 'Nur wer den Raum leitet, kann das Versiegeln beenden.',
    confirmTitle: 'Diesen Raum nicht mehr versiegeln?',
    asksEverybody:
      'Sie haben diesen Raum nicht selbst versiegelt: Zuerst werden alle gefragt, und ein einziges Nein erhält das Siegel.',
    confirmMeaning: [
      'Der Server, über den das Gespräch läuft, kann es dann sehen und hören.',
      'Alle sehen, dass Sie es waren, und werden gefragt, bevor etwas von ihnen gesendet wird.',
    ],
    confirm: 'Ja, beenden',
    keep: 'Versiegelt lassen',
  },

  asking: {
    title: (by) =>
      by === null
        ? 'Das Siegel dieses Raums wurde aufgehoben'
        : `${by} hat das Siegel dieses Raums aufgehoben`,
    held: 'Mikrofon, Kamera und Bildschirm sind angehalten. Nichts wird gesendet, bis Sie zustimmen.',
    meaning: 'Wenn Sie ohne Siegel weitermachen, kann der Server sehen und hören, was Sie senden.',
    agree: 'Ohne Siegel weiter',
    leave: 'Verlassen',
  },

  consent: {
    title: (by) => `${by} möchte diesen Raum nicht mehr versiegeln`,
    titleOwn: 'Alle werden gefragt',
    means:
      'Ohne Siegel kann der Server, über den das Gespräch läuft, alles sehen und hören, auch was Sie senden.',
    limit: (seconds) => `Nur wenn alle binnen ${seconds} Sekunden zustimmen, endet das Siegel.`,
    progress: (agreed, asked) => `${agreed} von ${asked} haben zugestimmt.`,
    agree: 'Dem Ende zustimmen',
    refuse: 'Versiegelt lassen',
    stays: 'Der Raum bleibt versiegelt',
    refused: 'Jemand möchte das Siegel behalten.',
    expired: 'Nicht alle haben rechtzeitig geantwortet.',
  },

  broken: {
    happened: 'Das Versiegeln funktioniert in diesem Browser nicht mehr',
    means:
      'Mikrofon, Kamera und Bildschirm sind angehalten, damit nichts ungeschützt hinausgeht. Die anderen sehen und hören Sie nicht.',
    remedy:
      'Laden Sie die Seite neu und treten Sie wieder bei. Hilft das nicht, aktualisieren Sie den Browser.',
    leave: 'Verlassen',
    reload: 'Seite neu laden',
  },

  verify: {
    compare: 'Prüfen',
    unknown: 'Gerät noch nicht bekannt',
    compareWith: (name) => `${name} prüfen`,
    openCode: 'Raumcode vergleichen',
    why: 'Stellen Sie sicher, dass niemand zwischen Ihnen und den anderen steht: Prüfen Sie eine Person, oder lesen Sie allen einen Code vor.',
    temporary:
      'Dieses Fenster merkt sich niemanden, und andere sehen Sie beim nächsten Mal als neu: Es ist privat, oder sein Speicher geht nicht.',
  },

  ownDevice: {
    title: 'Dieser Browser',
    means:
      'Wer Sie hier trifft, erkennt diesen Browser an einem Schlüssel, der ihn nie verlässt. Was Sie unten speichern, ist öffentlich: die andere Hälfte dieses Schlüssels und die Geräte, denen dieser Browser begegnet ist.',
    save: 'Öffentlichen Teil speichern',
    reset: 'Mit neuem Schlüssel neu beginnen',
    confirmTitle: 'Neu beginnen?',
    confirmMeaning:
      'Wer Sie geprüft hat, erfährt, dass Sie ein anderes Gerät benutzen, und muss Sie neu prüfen. Das laufende Gespräch bleibt, wie es ist.',
    confirm: 'Ja, neu beginnen',
    keep: 'Schlüssel behalten',
  },

  comparison: {
    title: (name) => `${name} prüfen`,
    steps: {
      connecting: (name) => [`Sichere Verbindung mit ${name} wird hergestellt …`],
      incoming: (name) => [
        `${name} möchte mit Ihnen sieben Bilder vergleichen, um sicherzugehen, dass niemand zwischen Ihnen steht.`,
      ],
      waiting: (name) => [`Warten auf ${name}.`, 'Sagen Sie laut, dass Sie Bilder vergleichen möchten.'],
      compare: (name) => [
        `Lesen Sie einander diese Bilder laut vor. Hat ${name} dieselben sieben, in dieser Reihenfolge?`,
        `Stimmen lassen sich nachahmen. Im Zweifel fragen Sie etwas, das nur ${name} weiß.`,
      ],
      confirming: (name) => [`Sie haben gesagt, dass sie gleich sind. Warten, bis ${name} das auch sagt.`],
      match: (name) => [
        `${name} ist geprüft.`,
        'Niemand steht zwischen Ihnen. Dieser Browser erkennt das Gerät beim nächsten Mal.',
      ],
    },
    interrupted: {
      left: (name) => `${name} ist gegangen, bevor Sie fertig waren.`,
      declined: (name) => `${name} möchte jetzt nicht vergleichen.`,
      stopped: () => 'Der Vergleich wurde abgebrochen.',
      timeout: (name) => `${name} hat nicht geantwortet.`,
      unreachable: (name) => `Mit ${name} kam keine sichere Verbindung zustande.`,
    },
    nothingChanged: 'Es hat sich nichts geändert. Sie können es noch einmal versuchen.',
    accept: 'Jetzt vergleichen',
    decline: 'Nicht jetzt',
    same: 'Sie sind gleich',
    differ: 'Sie sind verschieden',
    stop: 'Abbrechen',
    again: 'Noch einmal',
    done: 'Fertig',
    pictures: 'Sieben Bilder',
  },

  code: {
    title: 'Raumcode',
    how: [
      'Jemand liest die erste Hälfte laut vor, jemand anderes die zweite. Wer dasselbe sieht, sagt es.',
      'Haken Sie nur ab, wen Sie selbst gehört haben und wessen Stimme Sie kennen.',
    ],
    digits: 'Code',
    working: 'Der Code wird berechnet …',
    heard: (name) => `Ich habe ${name} gehört`,
    people: 'Wen haben Sie ihn lesen oder bestätigen hören?',
    covers: (people) =>
      people === 1
        ? 'Dieser Code gilt für Sie und 1 weitere Person.'
        : `Dieser Code gilt für Sie und diese ${people} Personen.`,
    reach: {
      connecting: 'Noch nicht erreichbar',
      left: 'Vorher gegangen',
      'no-device': 'Zeigt kein Gerät, das man sich merken könnte',
    },
    connecting: (people) =>
      people === 1
        ? '1 Person ist noch nicht erreichbar und lässt sich abhaken, sobald eine sichere Verbindung steht.'
        : `${people} Personen sind noch nicht erreichbar und lassen sich abhaken, sobald eine sichere Verbindung steht.`,
    none: 'Noch ist niemand sonst hier.',
    outdated: 'Jemand ist gekommen oder gegangen. Für die Personen unten stimmt dieser Code noch.',
    fresh: 'Neuen Code zeigen',
    differs: 'Jemand hat einen anderen Code',
    back: 'Zurück',
  },

  preJoin: {
    title: 'Versiegelte Räume',
    able: 'Dieser Browser kann an versiegelten Räumen teilnehmen.',
    obstacle: {
      'outdated-browser':
        'Dieser Browser kann nicht an versiegelten Räumen teilnehmen: Aktualisieren Sie ihn, oder nehmen Sie einen anderen.',
      'not-loaded':
        'Diese Seite kann nicht an versiegelten Räumen teilnehmen: Ein Teil wurde nicht geladen. Laden Sie sie neu.',
    },
    room: {
      known: 'Dieser Raum ist versiegelt: So hat ihn dieser Browser schon gesehen.',
      invited: 'Dieser Raum ist versiegelt: So steht es in Ihrer Einladung.',
      required: 'Dieser Raum ist versiegelt, wie alle Räume dieser Art hier.',
      unknown: 'Ob dieser Raum versiegelt ist, zeigt sich erst beim Beitreten.',
    },
  },

  refusal: {
    'no-plugin': () => ({
      happened: 'Sie konnten nicht beitreten: Dieser Raum ist versiegelt.',
      means: 'Dieser Seite fehlt der Teil, der versiegelt; Sie hätten nichts gesehen und gehört.',
      remedy: 'Laden Sie die Seite neu. Bleibt es so, sagen Sie es denen, die den Server betreiben.',
    }),
    'outdated-browser': () => ({
      happened: 'Sie konnten nicht beitreten: Dieser Raum ist versiegelt.',
      means: 'Dieser Browser kann Ton und Bild nicht versiegeln. Nichts wurde gesendet.',
      remedy:
        'Aktualisieren Sie den Browser, oder treten Sie mit Chrome, Edge, Firefox oder Safari von heute bei.',
    }),
    'bad-bundle': () => ({
      happened: 'Sie konnten nicht beitreten: Dieser Raum ist versiegelt.',
      means: 'Der Server hat die Schlüssel dieses Browsers nicht angenommen.',
      remedy:
        'Laden Sie die Seite neu und treten Sie wieder bei. Bleibt es so, sagen Sie es denen, die den Server betreiben.',
    }),
    other: (detail) => ({
      happened: 'Sie konnten diesem Raum nicht beitreten.',
      means: detail === null ? 'Der Server hat keinen Grund genannt.' : `Der Server sagt: ${detail}`,
      remedy: 'Versuchen Sie es später, oder fragen Sie, wer Sie eingeladen hat.',
    }),
  },

  tile: {
    incapable: 'Kann nicht teilnehmen',
    unreadable: 'Lässt sich nicht öffnen',
    swapped: 'Falsche Person: nicht gezeigt',
  },

  payload: {
    chat: 'Chatnachricht',
    poll: 'Umfrage',
    reaction: 'Reaktion',
    other: 'Mitteilung',
  },

  causes: {
    'worker-died': () => ({
      happened: 'Der Teil dieser Seite, der Ton und Bild versiegelt, ist ausgefallen.',
      means: 'Nichts verlässt Ihren Browser, und von den anderen kann nichts gezeigt werden.',
      remedy:
        'Laden Sie die Seite neu und treten Sie wieder bei. Die anderen merken nur, dass Sie kurz weg sind.',
    }),
    'not-loaded': () => ({
      happened: 'Ein Teil des Versiegelns ließ sich nicht vom Server laden.',
      means:
        'Sie können nicht an versiegelten Räumen teilnehmen; in einem versiegelten Raum wird nichts gesendet.',
      remedy: 'Laden Sie die Seite neu. Hilft das nicht, sagen Sie es denen, die den Server betreiben.',
    }),
    unsupported: () => ({
      happened: 'Dieser Browser kann Ton und Bild nicht versiegeln.',
      means: 'Sie können nicht an versiegelten Räumen teilnehmen. Nichts wurde gesendet.',
      remedy: 'Treten Sie mit Chrome, Edge, Firefox oder Safari von heute bei.',
    }),
    bypassed: () => ({
      happened: 'Ihr Browser wollte etwas am Siegel vorbei senden oder abspielen.',
      means: 'Es wurde angehalten. Den anderen fehlt vielleicht Ihr Ton oder Bild.',
      remedy: 'Verlassen Sie den Raum, aktualisieren Sie den Browser, und treten Sie wieder bei.',
    }),
    refused: ({ what, why }) => ({
      happened: what === 'seal' ? 'Der Raum wurde nicht versiegelt.' : 'Das Siegel wurde nicht aufgehoben.',
      means: why,
      remedy: 'Bitten Sie jemanden, der den Raum leitet, oder versuchen Sie es noch einmal.',
    }),
    'held-back-out': ({ what }) => ({
      happened: `Ihre ${de.payload[what]} wurde nicht gesendet.`,
      means:
        'Aus einem versiegelten Raum darf nichts ungeschützt hinaus, und dies lässt sich noch nicht versiegeln.',
      remedy: 'Sagen Sie es laut: Ton und Bild sind versiegelt.',
    }),
    unsent: ({ what }) => ({
      happened: `Ihre ${de.payload[what]} wurde nicht gesendet.`,
      means: 'Die Verbindung zum Server ist unterbrochen, niemand hat sie bekommen.',
      remedy: 'Senden Sie sie noch einmal, wenn die Verbindung wieder steht.',
    }),
    'held-back-in': ({ what }) => ({
      happened: `Eine ${de.payload[what]} kam unversiegelt an und wird nicht gezeigt.`,
      means: 'Sie kam von jemandem, der am Siegel nicht teilnimmt, oder der Server hat sie geschrieben.',
      remedy: 'Sie müssen nichts tun. Fragen Sie laut nach, wenn Sie etwas erwartet haben.',
    }),
    codec: ({ codec }) => ({
      happened: `Ihr Browser sendet ${codec}; das lässt sich nicht versiegeln.`,
      means: 'So bekommen die anderen nicht, was Sie senden.',
      remedy: 'Bitten Sie die, die den Server betreiben, um AV1, VP9, VP8 oder H.264, und Opus.',
    }),
    unreadable: ({ name }) => ({
      happened: `Was ${name} sendet, lässt sich hier nicht öffnen.`,
      means:
        'Es wird nicht gezeigt. Vielleicht sind Schlüssel noch unterwegs, oder es wurde unterwegs verändert.',
      remedy: `Bleibt es so, bitten Sie ${name}, zu gehen und wiederzukommen.`,
    }),
    replayed: ({ name }) => ({
      happened: `Alter Ton oder alte Bilder von ${name} wurden noch einmal gesendet.`,
      means: 'Sie werden nicht gezeigt. Der Server hat sie aufgehoben, und nichts Neues kam an ihrer Stelle.',
      remedy:
        'Kommt das wieder vor, trauen Sie diesem Server nicht, und sagen Sie es denen, die ihn betreiben.',
    }),
    late: ({ name, seconds }) => ({
      happened: `Was Sie von ${name} sehen oder hören, ist etwa ${seconds} Sekunden alt.`,
      means: `Es kommt wirklich von ${name}. Die Verbindung ist langsam, oder der Server hält es zurück.`,
      remedy: `Bevor Sie sich darauf verlassen, fragen Sie ${name} etwas und achten Sie darauf, wie bald die Antwort kommt.`,
    }),
    missed: ({ name, count }) => ({
      happened: `${count === 1 ? 'Eine Nachricht' : `${count} Nachrichten`} von ${name} ${count === 1 ? 'ist' : 'sind'} nicht angekommen.`,
      means: 'Unterwegs verloren, oder vom Server zurückgehalten.',
      remedy: `Bitten Sie ${name}, es noch einmal zu sagen.`,
    }),
    unsealed: ({ name }) => ({
      happened: `An der Stelle von ${name} kam etwas an, das nicht versiegelt ist.`,
      means:
        'Es wird nicht gezeigt. Wer am Siegel teilnimmt, sendet so etwas nicht; der Server kann es machen.',
      remedy: `Fragen Sie ${name}, ob der Raum dort als versiegelt gezeigt wird.`,
    }),
    swapped: ({ name, seen }) => ({
      happened:
        seen === null
          ? `An der Stelle von ${name} kam Bild oder Ton von jemand anderem.`
          : `Der Server schickte, was von ${seen} kommt, an der Stelle von ${name}.`,
      means: 'Der Server hat es verwechselt, oder es war Absicht. Es wird nicht gezeigt.',
      remedy:
        'Kommt das wieder vor, trauen Sie diesem Server nicht, und sagen Sie es denen, die ihn betreiben.',
    }),
    incapable: ({ name }) => ({
      happened: `${name} kann am Siegel nicht teilnehmen.`,
      means: `${name} bekommt keine Schlüssel und kann niemanden sehen oder hören.`,
      remedy: `Bitten Sie ${name}, mit einem aktuellen Browser noch einmal beizutreten.`,
    }),
    replaced: ({ name }) => ({
      happened: `${name} ist mitten im Gespräch mit einem anderen Schlüssel wiedergekommen.`,
      means:
        'Vielleicht wurde die Seite neu geladen, vielleicht ist es jemand anderes unter demselben Namen.',
      remedy: `Fragen Sie ${name} laut.`,
    }),
    'changed-device': ({ name }) => ({
      happened: `${name} ist mit einem anderen Gerät hier als dem geprüften.`,
      means: 'Es kann ein neuer Rechner oder Browser sein, oder jemand anderes mit diesem Namen.',
      remedy: `Prüfen Sie ${name} noch einmal, bevor Sie Vertrauliches sagen.`,
    }),
    'different-rosters': ({ names }) => ({
      happened: `Der Server sagt Ihnen und ${de.list(names)} Verschiedenes darüber, wer in diesem Raum ist.`,
      means: 'Vielleicht hört jemand mit, von dem nicht alle wissen, oder jemand wird ferngehalten.',
      remedy: 'Fragen Sie laut, wer da ist, und vergleichen Sie mit der Liste. Passt es nicht, gehen Sie.',
    }),
    silent: ({ name }) => ({
      happened: `${name} meldet sich nicht.`,
      means: `Ob ${name} dieselben Personen in diesem Raum sieht, ist nicht bekannt.`,
      remedy: 'Vielleicht ist die Verbindung schlecht. Bleibt es so, fragen Sie laut.',
    }),
    mismatch: ({ name }) => ({
      happened:
        name === null
          ? 'Die Raumcodes sind verschieden.'
          : `Ihre Bilder und die von ${name} sind verschieden.`,
      means: 'Vielleicht steht jemand dazwischen und sieht und hört alles.',
      remedy:
        'Sagen Sie hier nichts Vertrauliches. Gehen Sie, und sagen Sie es den anderen auf einem anderen Weg, etwa am Telefon. Versuchen Sie es nicht einfach noch einmal.',
    }),
  },

  lines: {
    'sealed-by': ({ name }) =>
      name === null ? 'Dieser Raum wurde versiegelt.' : `${name} hat diesen Raum versiegelt.`,
    'unsealed-by': ({ name }) =>
      name === null
        ? 'Das Siegel dieses Raums wurde aufgehoben.'
        : `${name} hat das Siegel dieses Raums aufgehoben.`,
    'seal-stays': () => 'Der Raum bleibt versiegelt: Nicht alle waren einverstanden.',
    'device-reset': ({ isDone }) =>
      isDone
        ? 'Wenn Sie diese Seite das nächste Mal laden, hat dieser Browser einen neuen Schlüssel.'
        : 'Der Schlüssel ließ sich nicht entfernen: Der Browser hat ihn nicht hergegeben. Versuchen Sie es noch einmal oder löschen Sie die Daten dieser Website.',
  },

  trouble: {
    remedyLabel: 'Was tun',
    repeated: (count) => `×${count}`,
    dismiss: 'Ausblenden',
    show: 'Was tun?',
    severity: { information: 'Hinweis', warning: 'Warnung', alarm: 'Alarm' },
  },

  announce: {
    sealing: 'Dieser Raum wird versiegelt.',
    sealed: 'Dieser Raum ist versiegelt.',
    open: 'Dieser Raum ist nicht versiegelt.',
  },

  emoji: [
    ...[
      'Hund',
      'Katze',
      'Löwe',
      'Pferd',
      'Einhorn',
      'Schwein',
      'Elefant',
      'Hase',
      'Panda',
      'Hahn',
      'Pinguin',
    ],
    ...[
      'Schildkröte',
      'Fisch',
      'Krake',
      'Schmetterling',
      'Blume',
      'Baum',
      'Kaktus',
      'Pilz',
      'Globus',
      'Mond',
    ],
    ...[
      'Wolke',
      'Feuer',
      'Banane',
      'Apfel',
      'Erdbeere',
      'Mais',
      'Pizza',
      'Kuchen',
      'Herz',
      'Lachgesicht',
      'Roboter',
    ],
    ...[
      'Hut',
      'Brille',
      'Schraubenschlüssel',
      'Weihnachtsmann',
      'Daumen hoch',
      'Regenschirm',
      'Sanduhr',
      'Wecker',
    ],
    ...[
      'Geschenk',
      'Glühbirne',
      'Buch',
      'Bleistift',
      'Büroklammer',
      'Schere',
      'Schloss',
      'Schlüssel',
      'Hammer',
    ],
    ...[
      'Telefon',
      'Flagge',
      'Zug',
      'Fahrrad',
      'Flugzeug',
      'Rakete',
      'Pokal',
      'Ball',
      'Gitarre',
      'Trompete',
      'Glocke',
    ],
    ...['Anker', 'Kopfhörer', 'Ordner', 'Stecknadel'],
  ],
};
