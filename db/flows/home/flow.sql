call wa.declare_flow('home', $${
  "about": "Where everything starts and ends: the menu, help, languages, stop and start.",
  "states": {
    "home": {"about": "Shows the menu; everything starts and ends here."},
    "cancelled": {"about": "Says that a flow was given up.", "moves": ["home"]},
    "help": {"about": "Says what the bot understands.", "moves": ["home"], "expires": "1 day"},
    "language": {"about": "Asks for the language and sets it.", "moves": ["home"], "expires": "1 day"},
    "unsubscribe": {"about": "Opts the user out and confirms it, once.", "moves": ["home"]},
    "subscribe": {"about": "Opts the user in again.", "moves": ["home"]}
  },
  "entries": {
    "help": {
      "words": {"fr": ["aide"], "en": ["help"]},
      "menu": {"position": 900, "title": "menu.help_title", "description": "menu.help_description"}
    },
    "unsubscribe": {
      "menu": {"id": "menu.stop", "position": 1000, "title": "menu.stop_title", "description": "menu.stop_description"}
    },
    "home": {
      "words": {"fr": ["bonjour", "salut"], "en": ["hello", "hi"], "any": ["menu"]},
      "taps": ["menu"],
      "tap_prefixes": ["menu.page."]
    },
    "language": {
      "words": {"en": ["language"], "fr": ["langue"]},
      "menu": {"position": 800, "title": "menu.language_title", "description": "menu.language_description"}
    },
    "subscribe": {"taps": ["subscription.start"]}
  },
  "commands": {
    "cancel": {"words": {"fr": ["annuler"], "en": ["cancel"]}, "taps": ["cancel"]},
    "back": {"words": {"en": ["back"], "fr": ["retour"]}, "taps": ["back"]}
  },
  "texts": {
    "answer.no": {"en": "No", "fr": "Non"},
    "answer.words_no": {"en": "no,nope,not now,n", "fr": "non,pas maintenant,n"},
    "answer.words_yes": {"en": "yes,yeah,ok,okay,sure,y", "fr": "oui,ouais,ok,d'accord,o"},
    "answer.yes": {"en": "Yes", "fr": "Oui"},
    "calendar.date": {"en": "{weekday}, {month} {day}", "fr": "{weekday} {day} {month}"},
    "calendar.date_of_year": {"en": "{weekday}, {month} {day}, {year}", "fr": "{weekday} {day} {month} {year}"},
    "calendar.first_day": {"en": "1", "fr": "1er"},
    "calendar.moment": {"en": "{date} at {time}", "fr": "{date} à {time}"},
    "calendar.months": {
      "en": "January,February,March,April,May,June,July,August,September,October,November,December",
      "fr": "janvier,février,mars,avril,mai,juin,juillet,août,septembre,octobre,novembre,décembre"
    },
    "calendar.time": {"en": "FMHH12:MI AM", "fr": "HH24:MI"},
    "calendar.weekdays": {
      "en": "Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday",
      "fr": "lundi,mardi,mercredi,jeudi,vendredi,samedi,dimanche"
    },
    "calendar.words_after_tomorrow": {"en": "day after tomorrow,after tomorrow", "fr": "après-demain,après demain,surlendemain"},
    "calendar.words_between": {"en": "at,on,the,of,next,about,around,by", "fr": "à,le,la,vers,de,du,prochain,prochaine,pour"},
    "calendar.words_early": {"en": "in the morning,this morning,morning", "fr": "du matin,ce matin,matin"},
    "calendar.words_hours": {"en": "hours,hour,hrs,h", "fr": "heures,heure,h"},
    "calendar.words_in": {"en": "in", "fr": "dans"},
    "calendar.words_late": {
      "en": "in the afternoon,this afternoon,afternoon,in the evening,this evening,evening,tonight",
      "fr": "de l'après-midi,cet après-midi,après-midi,du soir,ce soir,soir"
    },
    "calendar.words_minutes": {"en": "minutes,minute,mins,min", "fr": "minutes,minute,min"},
    "calendar.words_noon": {"en": "noon,midday", "fr": "midi"},
    "calendar.words_today": {"en": "today", "fr": "aujourd'hui"},
    "calendar.words_tomorrow": {"en": "tomorrow", "fr": "demain"},
    "cancelled.done": {"en": "Cancelled. Nothing was changed.", "fr": "Annulé. Rien n'a été modifié."},
    "error.failed": {
      "en": "Something went wrong with your last message. We have been told and will look into it.",
      "fr": "Un problème est survenu avec votre dernier message. Nous sommes prévenus et allons regarder."
    },
    "help.body": {
      "en": "Write \"menu\" to see what I can do, \"back\" for the step before, \"cancel\" to give up, \"language\" to change the language, \"stop\" to receive nothing more and \"start\" to come back.",
      "fr": "Écrivez « menu » pour voir ce que je sais faire, « retour » pour l'étape précédente, « annuler » pour abandonner, « langue » pour changer de langue, « stop » pour ne plus rien recevoir et « reprendre » pour revenir."
    },
    "home.menu": {"en": "What would you like to do?", "fr": "Que souhaitez-vous faire ?"},
    "home.open_menu": {"en": "Menu", "fr": "Menu"},
    "home.unknown": {
      "en": "Sorry, I did not understand that. Choose from the menu, or write \"help\".",
      "fr": "Désolé, je n'ai pas compris. Choisissez dans le menu, ou écrivez « aide »."
    },
    "language.ask": {"en": "Which language do you prefer?", "fr": "Quelle langue préférez-vous ?"},
    "language.choose": {"en": "Languages", "fr": "Langues"},
    "language.set": {"en": "I will speak English from now on.", "fr": "Je parlerai français désormais."},
    "menu.back": {"en": "Back", "fr": "Retour"},
    "menu.cancel": {"en": "Cancel", "fr": "Annuler"},
    "menu.choose": {"en": "Choose", "fr": "Choisir"},
    "menu.help_description": {"en": "What I understand", "fr": "Ce que je comprends"},
    "menu.help_title": {"en": "Help", "fr": "Aide"},
    "menu.language_description": {"en": "Choose the language I speak", "fr": "Choisir la langue que je parle"},
    "menu.language_title": {"en": "Language", "fr": "Langue"},
    "menu.more": {"en": "More", "fr": "Plus"},
    "menu.stop_description": {"en": "Receive no more messages", "fr": "Ne plus recevoir de messages"},
    "menu.stop_title": {"en": "Stop", "fr": "Arrêter"},
    "number.decimal_separator": {"en": ".", "fr": ","},
    "number.group_separator": {"en": ",", "fr": "\u202f"},
    "subscription.start": {"en": "Start again", "fr": "Reprendre"},
    "subscription.started": {"en": "Welcome back!", "fr": "Heureux de vous revoir !"},
    "subscription.stopped": {
      "en": "You will receive no more messages. Write \"start\" to come back.",
      "fr": "Vous ne recevrez plus de messages. Écrivez « reprendre » pour revenir."
    }
  }
}$$);
