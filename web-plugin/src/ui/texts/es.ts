// Español.

import type { Texts } from './catalogue.ts';

export const es: Texts = {
  language: 'es',
  direction: 'ltr',

  someone: 'Alguien sin nombre',
  you: 'usted',
  close: 'Cerrar',
  list: (names) => new Intl.ListFormat('es').format(names),

  shield: {
    name: 'Sello de esta sala',
    open: 'Sin sellar',
    sealing: 'Sellando…',
    sealed: 'Sellada',
    verified: 'Sellada, todos verificados',
    asking: 'La sala ya no está sellada',
    alarm: 'Algo va mal',
  },

  panel: {
    title: {
      open: 'Esta sala no está sellada',
      sealing: 'Sellando esta sala…',
      sealed: 'Esta sala está sellada',
      asking: 'Esta sala ya no está sellada',
      broken: 'El sellado no funciona aquí',
    },
    meaning: {
      open: 'El servidor que lleva esta llamada podría verla y oírla.',
      sealing: 'Ya nada sale de su navegador sin protección. Las claves van de camino a los demás.',
      sealed:
        'Solo las personas de esta lista pueden verle y oírle. El servidor transmite lo que no puede abrir.',
      asking: 'Su navegador no envía nada hasta que usted decida.',
      broken: 'Su navegador no envía nada.',
    },
    since: (time) => `Sellada desde: ${time}.`,
    keyChange: {
      start: (time) => `Claves creadas a las ${time}, al empezar el sellado.`,
      left: (time, name) => `Claves nuevas a las ${time}, porque ${name ?? 'alguien'} se fue.`,
      joined: (time, name) => `Claves nuevas a las ${time}, porque ${name ?? 'alguien'} entró.`,
      period: (time) => `Claves nuevas a las ${time}, como ocurre de vez en cuando.`,
    },
    people: (count) => (count === 1 ? 'En esta sala: 1 persona' : `En esta sala: ${count} personas`),
    parts: 'Qué está sellado',
    enforced: 'El servidor no deja entrar a quien no puede participar.',
    notEnforced:
      'Por ahora el servidor deja entrar a quien no puede participar. Lo que usted envía sigue sellado.',
    messages: (count) => (count === 1 ? '1 mensaje' : `${count} mensajes`),
    about: {
      title: 'De qué protege el sello',
      holds: [
        'El servidor, y quien esté en el camino, no puede ver ni oír lo que va sellado, ni poner otra cosa en su lugar.',
        'Quien entra no puede abrir lo anterior; quien sale no puede abrir lo que viene después.',
      ],
      holdsNot:
        'No protege de las personas de la sala: pueden grabar. Una de ellas que además controle el servidor podría falsificar la imagen o el sonido de otra. Y esta página viene del servidor: el sello es tan honesto como ella.',
    },
  },

  person: {
    waiting: { word: 'Claves en camino', detail: null },
    sealed: { word: 'Con sello', detail: null },
    incapable: { word: 'No puede participar', detail: 'No tiene claves: no puede verle ni oírle.' },
    unreadable: {
      word: 'No se puede abrir',
      detail: 'Envía algo que aquí no se puede abrir. No se muestra.',
    },
    swapped: {
      word: 'Persona equivocada',
      detail: 'El servidor envía en este lugar la imagen o el sonido de otra persona. No se muestra.',
    },
    quiet: { word: 'Ahora no envía nada', detail: null },
  },
  names: {
    asserted: (name) => `Se hace llamar ${name}. El nombre de arriba viene del servidor y no prueba nada.`,
    noName: 'No se da ningún nombre. El nombre de arriba viene del servidor y no prueba nada.',
    alsoHere: (names) => `También está aquí como ${es.list(names)}: el mismo dispositivo.`,
  },
  device: {
    new: () => 'Dispositivo nuevo',
    known: (date) => `Dispositivo conocido desde el ${date}`,
    verified: (date) => `Verificado el ${date}`,
    changed: () => '¡Ha cambiado! No es el dispositivo verificado',
  },

  part: {
    microphone: 'Micrófono',
    camera: 'Cámara',
    screen: 'Pantalla',
    chat: 'Chat',
    sealed: 'con sello',
  },

  switch: {
    seal: 'Sellar esta sala',
    sealHint:
      'A partir de entonces solo las personas de la sala pueden verse y oírse. Puede parar cuando quiera.',
    unseal: 'Dejar de sellar',
    onlyOwnersSeal: 'Quien dirige la sala puede sellarla.',
    onlyOwnersUnseal: 'Solo quien dirige la sala puede dejar de sellarla.',
    confirmTitle: '¿Dejar de sellar esta sala?',
    asksEverybody: 'Usted no selló esta sala: primero se pregunta a todos, y un solo no mantiene el sello.',
    confirmMeaning: [
      'El servidor que lleva la llamada podrá verla y oírla.',
      'Todos verán que ha sido usted, y cada uno tendrá que aceptar antes de que se envíe algo suyo.',
    ],
    confirm: 'Sí, dejar de sellar',
    keep: 'Mantener el sello',
  },

  asking: {
    title: (by) =>
      by === null ? 'El sello de esta sala se ha quitado' : `${by} ha quitado el sello de esta sala`,
    held: 'Su micrófono, su cámara y su pantalla están detenidos. No se envía nada hasta que usted acepte.',
    meaning: 'Si sigue sin el sello, el servidor puede ver y oír lo que usted envía.',
    agree: 'Seguir sin el sello',
    leave: 'Salir',
  },

  consent: {
    title: (by) => `${by} pide dejar de sellar esta sala`,
    titleOwn: 'Se está preguntando a todos',
    means: 'Sin el sello, el servidor que lleva la llamada puede ver y oír todo, también lo que usted envía.',
    limit: (seconds) => `Si no aceptan todos en ${seconds} segundos, la sala sigue sellada.`,
    progress: (agreed, asked) => `${agreed} de ${asked} han aceptado.`,
    agree: 'Aceptar que termine',
    refuse: 'Mantener el sello',
    stays: 'La sala sigue sellada',
    refused: 'Alguien quiere mantener el sello.',
    expired: 'No todos han respondido a tiempo.',
  },

  broken: {
    happened: 'El sellado ha dejado de funcionar en este navegador',
    means:
      'Su micrófono, su cámara y su pantalla están detenidos, para que nada salga sin protección. Los demás no le ven ni le oyen.',
    remedy: 'Recargue la página y vuelva a entrar. Si no basta, actualice el navegador.',
    leave: 'Salir',
    reload: 'Recargar la página',
  },

  verify: {
    compare: 'Verificar',
    unknown: 'Dispositivo aún no conocido',
    compareWith: (name) => `Verificar a ${name}`,
    openCode: 'Comparar el código de la sala',
    why: 'Compruebe que nadie está entre usted y los demás: verifique a una persona, o lea un código en voz alta a todos.',
    temporary:
      'Esta ventana no recuerda a nadie, y la próxima vez los demás lo verán como alguien nuevo: es privada, o su almacenamiento no funciona.',
  },

  ownDevice: {
    title: 'Este navegador',
    means:
      'Quienes se encuentran con usted aquí conocen este navegador por una clave que nunca sale de él. Lo que guarde abajo es público: la otra mitad de esa clave y los dispositivos que este navegador ha encontrado.',
    save: 'Guardar la parte pública',
    reset: 'Empezar de nuevo con otra clave',
    confirmTitle: '¿Empezar de nuevo?',
    confirmMeaning:
      'Quienes le han verificado verán que usa otro dispositivo y tendrán que verificarle otra vez. La llamada en curso sigue como está.',
    confirm: 'Sí, empezar de nuevo',
    keep: 'Conservar la clave',
  },

  comparison: {
    title: (name) => `Verificar a ${name}`,
    steps: {
      connecting: (name) => [`Estableciendo una conexión segura con ${name}…`],
      incoming: (name) => [
        `${name} quiere comparar siete imágenes con usted, para comprobar que no hay nadie entre los dos.`,
      ],
      waiting: (name) => [`Esperando a ${name}.`, 'Diga en voz alta que quiere comparar imágenes.'],
      compare: (name) => [
        `Léanse estas imágenes en voz alta. ¿Tiene ${name} las mismas siete, en este orden?`,
        `Una voz se puede imitar. Si duda, pregunte algo que solo ${name} sepa.`,
      ],
      confirming: (name) => [`Usted ha dicho que son iguales. Esperando a que ${name} lo diga también.`],
      match: (name) => [
        `Verificación correcta: ${name}.`,
        'No hay nadie entre los dos. Este navegador reconocerá el dispositivo la próxima vez.',
      ],
    },
    interrupted: {
      left: (name) => `${name} se fue antes de terminar.`,
      declined: (name) => `${name} no quiere comparar ahora.`,
      stopped: () => 'La comparación se ha detenido.',
      timeout: (name) => `${name} no ha respondido.`,
      unreachable: (name) => `No se ha logrado una conexión segura con ${name}.`,
    },
    nothingChanged: 'No ha cambiado nada. Puede intentarlo de nuevo.',
    accept: 'Comparar ahora',
    decline: 'Ahora no',
    same: 'Son iguales',
    differ: 'Son distintas',
    stop: 'Parar',
    again: 'Intentar de nuevo',
    done: 'Hecho',
    pictures: 'Siete imágenes',
  },

  code: {
    title: 'Código de la sala',
    how: [
      'Una persona lee la primera mitad en voz alta, otra la segunda. Quien vea lo mismo, lo dice.',
      'Marque solo a quienes haya oído usted y cuya voz conozca.',
    ],
    digits: 'Código',
    working: 'Calculando el código…',
    heard: (name) => `He oído a ${name}`,
    people: '¿A quién ha oído leerlo o confirmarlo?',
    covers: (people) =>
      people === 1
        ? 'Este código vale para usted y 1 persona más.'
        : `Este código vale para usted y estas ${people} personas.`,
    reach: {
      connecting: 'Aún sin conexión segura',
      left: 'Se fue antes de que fuera posible',
      'no-device': 'No muestra ningún dispositivo que recordar',
    },
    connecting: (people) =>
      people === 1
        ? '1 persona aún no tiene conexión segura; podrá marcarla en cuanto la tenga.'
        : `${people} personas aún no tienen conexión segura; podrá marcarlas en cuanto la tengan.`,
    none: 'Todavía no hay nadie más.',
    outdated: 'Alguien ha entrado o salido. Este código sigue valiendo para las personas de abajo.',
    fresh: 'Mostrar un código nuevo',
    differs: 'Alguien tiene otro código',
    back: 'Volver',
  },

  preJoin: {
    title: 'Salas selladas',
    able: 'Este navegador puede participar en salas selladas.',
    obstacle: {
      'outdated-browser': 'Este navegador no puede participar en salas selladas: actualícelo o use otro.',
      'not-loaded':
        'Esta página no puede participar en salas selladas: una parte no se ha cargado. Recárguela.',
    },
    room: {
      known: 'Esta sala está sellada: este navegador ya la ha visto así.',
      invited: 'Esta sala está sellada: lo dice su invitación.',
      required: 'Esta sala está sellada, como todas las de este tipo aquí.',
      unknown: 'No se sabe si esta sala está sellada hasta entrar.',
    },
  },

  refusal: {
    'no-plugin': () => ({
      happened: 'No ha podido entrar: esta sala está sellada.',
      means: 'A esta página le falta la parte que sella; no habría visto ni oído nada.',
      remedy: 'Recargue la página. Si sigue igual, dígaselo a quien lleva el servidor.',
    }),
    'outdated-browser': () => ({
      happened: 'No ha podido entrar: esta sala está sellada.',
      means: 'Este navegador no puede sellar el sonido y la imagen. No se ha enviado nada.',
      remedy: 'Actualice el navegador, o entre con un Chrome, Edge, Firefox o Safari actual.',
    }),
    'bad-bundle': () => ({
      happened: 'No ha podido entrar: esta sala está sellada.',
      means: 'El servidor no ha aceptado las claves de este navegador.',
      remedy: 'Recargue la página y vuelva a entrar. Si sigue igual, dígaselo a quien lleva el servidor.',
    }),
    other: (detail) => ({
      happened: 'No ha podido entrar en esta sala.',
      means: detail === null ? 'El servidor no ha dado ningún motivo.' : `El servidor dice: ${detail}`,
      remedy: 'Inténtelo más tarde, o pregunte a quien le invitó.',
    }),
  },

  tile: {
    incapable: 'No puede participar',
    unreadable: 'No se puede abrir',
    swapped: 'Persona equivocada: no se muestra',
  },

  payload: {
    chat: 'mensaje de chat',
    poll: 'encuesta',
    reaction: 'reacción',
    other: 'envío',
  },

  causes: {
    'worker-died': () => ({
      happened: 'La parte de esta página que sella el sonido y la imagen se ha detenido.',
      means: 'Nada sale de su navegador, y no se puede mostrar nada de los demás.',
      remedy: 'Recargue la página y vuelva a entrar. Los demás solo notarán una breve ausencia.',
    }),
    'not-loaded': () => ({
      happened: 'Una parte del sellado no se ha podido cargar del servidor.',
      means: 'No puede participar en salas selladas, y en ellas no se envía nada.',
      remedy: 'Recargue la página. Si no basta, dígaselo a quien lleva el servidor.',
    }),
    unsupported: () => ({
      happened: 'Este navegador no puede sellar el sonido y la imagen.',
      means: 'No puede participar en salas selladas. No se ha enviado nada.',
      remedy: 'Entre con un Chrome, Edge, Firefox o Safari actual.',
    }),
    bypassed: () => ({
      happened: 'Su navegador ha intentado enviar o reproducir algo sin pasar por el sello.',
      means: 'Se ha detenido. Puede que a los demás les falte su sonido o su imagen.',
      remedy: 'Salga, actualice el navegador y vuelva a entrar.',
    }),
    refused: ({ what, why }) => ({
      happened: what === 'seal' ? 'La sala no se ha sellado.' : 'El sello no se ha quitado.',
      means: why,
      remedy: 'Pídaselo a quien dirige la sala, o inténtelo de nuevo.',
    }),
    'held-back-out': ({ what }) => ({
      happened: `No se ha enviado: ${es.payload[what]}.`,
      means: 'De una sala sellada no puede salir nada sin protección, y esto todavía no se puede sellar.',
      remedy: 'Dígalo en voz alta: el sonido y la imagen van sellados.',
    }),
    unsent: ({ what }) => ({
      happened: `No se ha enviado: ${es.payload[what]}.`,
      means: 'La conexión con el servidor está cortada y nadie lo ha recibido.',
      remedy: 'Envíelo otra vez cuando vuelva la conexión.',
    }),
    'held-back-in': ({ what }) => ({
      happened: `Llegó sin sello y no se muestra: ${es.payload[what]}.`,
      means: 'Viene de alguien que no participa en el sello, o lo ha escrito el servidor.',
      remedy: 'No hay que hacer nada. Pregunte en voz alta si esperaba algo.',
    }),
    codec: ({ codec }) => ({
      happened: `Su navegador envía ${codec}, que no se puede sellar.`,
      means: 'En esta forma los demás no reciben lo que usted envía.',
      remedy: 'Pida a quien lleva el servidor que ofrezca AV1, VP9, VP8 o H.264, y Opus.',
    }),
    unreadable: ({ name }) => ({
      happened: `Lo que envía ${name} no se puede abrir aquí.`,
      means:
        'No se muestra. Puede que las claves estén en camino, o que algo se haya cambiado por el camino.',
      remedy: `Si sigue igual, pida a ${name} que salga y vuelva a entrar.`,
    }),
    replayed: ({ name }) => ({
      happened: `Se han vuelto a enviar sonido o imágenes antiguos de ${name}.`,
      means: 'No se muestran. El servidor los guardó, y nada nuevo llegó en su lugar.',
      remedy: 'Si se repite, no se fíe de este servidor y dígaselo a quien lo lleva.',
    }),
    late: ({ name, seconds }) => ({
      happened: `Lo que ve u oye de ${name} tiene unos ${seconds} segundos de retraso.`,
      means: `Viene realmente de ${name}. La conexión es lenta, o el servidor lo retiene.`,
      remedy: `Antes de fiarse, pregunte algo a ${name} y observe cuánto tarda la respuesta.`,
    }),
    missed: ({ name, count }) => ({
      happened: `No ${count === 1 ? 'ha llegado un mensaje' : `han llegado ${count} mensajes`} de ${name}.`,
      means: 'Se perdió por el camino, o el servidor lo retuvo.',
      remedy: `Pida a ${name} que lo repita.`,
    }),
    unsealed: ({ name }) => ({
      happened: `Ha llegado algo sin sello en el lugar de ${name}.`,
      means: 'No se muestra. Quien participa en el sello no envía algo así; el servidor puede fabricarlo.',
      remedy: `Pregunte a ${name} si allí la sala aparece sellada.`,
    }),
    swapped: ({ name, seen }) => ({
      happened:
        seen === null
          ? `Ha llegado la imagen o el sonido de otra persona en el lugar de ${name}.`
          : `El servidor ha enviado lo que viene de ${seen} en el lugar de ${name}.`,
      means: 'El servidor lo ha confundido, o lo ha hecho a propósito. No se muestra.',
      remedy: 'Si se repite, no se fíe de este servidor y dígaselo a quien lo lleva.',
    }),
    incapable: ({ name }) => ({
      happened: `${name} no puede participar en el sello.`,
      means: `${name} no recibe claves y no puede ver ni oír a nadie.`,
      remedy: `Pida a ${name} que vuelva a entrar con un navegador actual.`,
    }),
    replaced: ({ name }) => ({
      happened: `${name} ha vuelto con otra clave en mitad de la llamada.`,
      means: 'Puede que se haya recargado la página, o que sea otra persona con el mismo nombre.',
      remedy: `Pregunte a ${name} en voz alta.`,
    }),
    'changed-device': ({ name }) => ({
      happened: `${name} está aquí con un dispositivo distinto del que se verificó.`,
      means: 'Puede ser un ordenador o navegador nuevo, u otra persona que ha tomado ese nombre.',
      remedy: `Verifique otra vez a ${name} antes de decir algo confidencial.`,
    }),
    'different-rosters': ({ names }) => ({
      happened: `El servidor dice a usted y a ${es.list(names)} cosas distintas sobre quién está en esta sala.`,
      means: 'Puede que alguien escuche sin que todos lo sepan, o que se deje fuera a alguien.',
      remedy: 'Pregunte en voz alta quién está y compare con la lista. Si no coincide, salga.',
    }),
    silent: ({ name }) => ({
      happened: `${name} no da señales.`,
      means: `No se sabe si ${name} ve a las mismas personas en esta sala.`,
      remedy: 'Puede ser una mala conexión. Si sigue igual, pregunte en voz alta.',
    }),
    mismatch: ({ name }) => ({
      happened:
        name === null
          ? 'Los códigos de la sala son distintos.'
          : `Sus imágenes y las de ${name} son distintas.`,
      means: 'Puede que alguien esté en medio y lo vea y oiga todo.',
      remedy:
        'No diga aquí nada confidencial. Salga y avise a los demás por otro medio, como el teléfono. No se limite a intentarlo de nuevo.',
    }),
  },

  lines: {
    'sealed-by': ({ name }) => (name === null ? 'Esta sala se ha sellado.' : `${name} ha sellado esta sala.`),
    'unsealed-by': ({ name }) =>
      name === null ? 'El sello de esta sala se ha quitado.' : `${name} ha quitado el sello de esta sala.`,
    'seal-stays': () => 'La sala sigue sellada: no todos estaban de acuerdo.',
    'device-reset': ({ isDone }) =>
      isDone
        ? 'La próxima vez que cargue esta página, este navegador tendrá una clave nueva.'
        : 'No se pudo quitar la clave: el navegador no la soltó. Inténtelo otra vez o borre los datos de este sitio web.',
  },

  trouble: {
    remedyLabel: 'Qué hacer',
    repeated: (count) => `×${count}`,
    dismiss: 'Ocultar',
    show: '¿Qué hacer?',
    severity: { information: 'Nota', warning: 'Aviso', alarm: 'Alarma' },
  },

  announce: {
    sealing: 'Esta sala se está sellando.',
    sealed: 'Esta sala está sellada.',
    open: 'Esta sala no está sellada.',
  },

  emoji: [
    ...[
      'Perro',
      'Gato',
      'León',
      'Caballo',
      'Unicornio',
      'Cerdo',
      'Elefante',
      'Conejo',
      'Panda',
      'Gallo',
      'Pingüino',
    ],
    ...[
      'Tortuga',
      'Pez',
      'Pulpo',
      'Mariposa',
      'Flor',
      'Árbol',
      'Cactus',
      'Seta',
      'Globo terráqueo',
      'Luna',
      'Nube',
    ],
    ...[
      'Fuego',
      'Plátano',
      'Manzana',
      'Fresa',
      'Maíz',
      'Pizza',
      'Tarta',
      'Corazón',
      'Sonrisa',
      'Robot',
      'Sombrero',
    ],
    ...[
      'Gafas',
      'Llave inglesa',
      'Papá Noel',
      'Pulgar arriba',
      'Paraguas',
      'Reloj de arena',
      'Despertador',
      'Regalo',
    ],
    ...[
      'Bombilla',
      'Libro',
      'Lápiz',
      'Clip',
      'Tijeras',
      'Candado',
      'Llave',
      'Martillo',
      'Teléfono',
      'Bandera',
      'Tren',
    ],
    ...[
      'Bicicleta',
      'Avión',
      'Cohete',
      'Trofeo',
      'Pelota',
      'Guitarra',
      'Trompeta',
      'Campana',
      'Ancla',
      'Auriculares',
    ],
    ...['Carpeta', 'Chincheta'],
  ],
};
