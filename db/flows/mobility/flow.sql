call wa.declare_flow('mobility', $${
  "about": "People offer and look for rides, and share them.",
  "prefix": "ride",
  "states": {
    "list": {"about": "Lists the user's rides to come, and lets them offer or look for another.", "expires": "1 day"},
    "offer": {"about": "Begins to offer a ride.", "moves": ["from"], "expires": "1 day"},
    "look": {"about": "Begins to look for a ride.", "moves": ["from"], "expires": "1 day"},
    "from": {"about": "Asks where the ride begins.", "moves": ["to"], "back": "list", "expires": "1 day"},
    "to": {"about": "Asks where the ride leads.", "moves": ["when"], "back": "from", "expires": "1 day"},
    "when": {"about": "Asks for day and time, in the user's time zone.", "moves": ["seats"], "back": "to", "expires": "1 day"},
    "seats": {
      "about": "Asks how many seats there are, or are needed.",
      "moves": ["confirm"],
      "back": "when",
      "expires": "1 day"
    },
    "confirm": {
      "about": "Shows the trip as it was understood, and publishes it when the user agrees.",
      "moves": ["trip", "when", "home"],
      "back": "seats",
      "expires": "1 day"
    },
    "trip": {
      "about": "Shows one of the user's trips: who rides along, who asks, and who else fits.",
      "moves": ["list", "ask", "match"],
      "back": "list",
      "expires": "1 day"
    },
    "ask": {
      "about": "Asks whether to ask somebody whose trip fits, and asks.",
      "moves": ["match", "trip"],
      "back": "trip",
      "expires": "1 day"
    },
    "match": {
      "about": "Shows whom the user rides with, asked or is asked by, and what can be done about it.",
      "moves": ["list"],
      "back": "list",
      "expires": "1 day"
    },
    "agree": {"about": "Agrees to what somebody asked; leads on at once.", "moves": ["match", "list"], "expires": "1 day"},
    "decline": {
      "about": "Declines or takes back what was asked; asks first where it was agreed.",
      "moves": ["match", "list"],
      "back": "match",
      "expires": "1 day"
    },
    "write": {
      "about": "Asks what to tell whom the user rides with, and passes it on.",
      "moves": ["match", "list"],
      "back": "match",
      "expires": "1 day"
    },
    "cancel": {
      "about": "Asks whether to call off a whole trip, and does.",
      "moves": ["trip", "list"],
      "back": "trip",
      "expires": "1 day"
    }
  },
  "entries": {
    "list": {
      "words": {"en": ["rides", "my rides"], "fr": ["trajets", "mes trajets"]},
      "menu": {"title": "menu_title", "description": "menu_description"}
    },
    "offer": {"words": {"en": ["offer a ride"], "fr": ["proposer un trajet"]}, "taps": ["offer"]},
    "look": {"words": {"en": ["find a ride", "look for a ride"], "fr": ["chercher un trajet"]}, "taps": ["look"]},
    "trip": {"tap_prefixes": ["trip."]},
    "match": {"tap_prefixes": ["match."]},
    "agree": {"tap_prefixes": ["agree."]},
    "decline": {"tap_prefixes": ["decline."]},
    "write": {"tap_prefixes": ["write."]},
    "cancel": {"tap_prefixes": ["cancel."]}
  },
  "texts": {
    "menu_title": {"en": "Share a ride", "fr": "Covoiturage"},
    "menu_description": {"en": "Offer a ride, or find one", "fr": "Proposer ou trouver un trajet"},
    "list": {"en": "Here are your rides.", "fr": "Voici vos trajets."},
    "list_button": {"en": "Choose", "fr": "Choisir"},
    "list_empty": {
      "en": "You have no ride ahead. Do you drive, or do you need a ride?",
      "fr": "Vous n'avez pas de trajet prévu. Conduisez-vous, ou cherchez-vous un trajet ?"
    },
    "offer_button": {"en": "Offer a ride", "fr": "Proposer un trajet"},
    "look_button": {"en": "Find a ride", "fr": "Chercher un trajet"},
    "waiting": {
      "en": {"one": "{count} person asks you", "other": "{count} people ask you"},
      "fr": {"one": "{count} demande", "other": "{count} demandes"}
    },
    "searching": {"en": "searching", "fr": "recherche en cours"},
    "found": {"en": "found", "fr": "trouvé"},
    "somebody": {"en": "Somebody", "fr": "Quelqu'un"},
    "people": {
      "en": {"one": "{count} person", "other": "{count} people"},
      "fr": {"one": "{count} personne", "other": "{count} personnes"}
    },
    "free_seats": {
      "en": {"one": "{count} free seat", "other": "{count} free seats"},
      "fr": {"one": "{count} place libre", "other": "{count} places libres"}
    },
    "not_understood": {"en": "Sorry, I did not understand that.", "fr": "Désolé, je n'ai pas compris."},
    "gone": {
      "en": "This ride is not there any more.",
      "fr": "Ce trajet n'existe plus."
    },

    "ask_from": {
      "en": "Where does it begin? Share the place. Only those who ride with you see exactly where it is.",
      "fr": "D'où part-on ? Partagez le lieu. Seuls ceux qui voyagent avec vous voient l'endroit exact."
    },
    "ask_to": {"en": "Where does it lead? Share that place, too.", "fr": "Où va-t-on ? Partagez aussi ce lieu."},
    "ask_place_name": {
      "en": "What do people call this place?",
      "fr": "Comment appelle-t-on ce lieu ?"
    },
    "place_not_understood": {
      "en": "That was no place. Tap the button, or share one from the menu of your telephone.",
      "fr": "Ce n'était pas un lieu. Touchez le bouton, ou partagez un lieu depuis votre téléphone."
    },
    "same_place": {"en": "That is where the ride begins.", "fr": "C'est de là que part le trajet."},
    "ask_when": {
      "en": "When? Write a day and a time, such as \"tomorrow 8:30\" or \"14/12 18:00\".",
      "fr": "Quand ? Écrivez un jour et une heure, par exemple « demain 8h30 » ou « 14/12 18h »."
    },
    "time_not_understood": {
      "en": "I could not read that as a day and a time.",
      "fr": "Je n'ai pas pu lire ce jour et cette heure."
    },
    "time_is_over": {"en": "That time is over.", "fr": "Ce moment est déjà passé."},
    "time_is_far": {
      "en": "That is too far away: within the next 60 days, please.",
      "fr": "C'est trop loin : dans les 60 prochains jours, s'il vous plaît."
    },
    "ask_seats_driver": {"en": "For how many others is there room?", "fr": "Pour combien d'autres y a-t-il de la place ?"},
    "ask_seats_passenger": {"en": "How many of you are there?", "fr": "Combien êtes-vous ?"},
    "confirm_driver": {
      "en": "You drive on {time}, from {from} to {to}, with room for {people}. Shall I publish it?",
      "fr": "Vous conduisez {time}, de {from} à {to}, avec de la place pour {people}. Dois-je publier ce trajet ?"
    },
    "confirm_passenger": {
      "en": "You look for a ride on {time}, from {from} to {to}, for {people}. Shall I publish it?",
      "fr": "Vous cherchez un trajet {time}, de {from} à {to}, pour {people}. Dois-je publier cette recherche ?"
    },
    "publish_button": {"en": "Yes, publish", "fr": "Oui, publier"},
    "published": {
      "en": "It is published. Others see your name, and roughly where.",
      "fr": "C'est publié. Les autres voient votre nom, et l'endroit approximatif."
    },
    "refused_too_many": {
      "en": "Those were many rides for one day. Try again tomorrow.",
      "fr": "Cela fait beaucoup de trajets pour un jour. Réessayez demain."
    },

    "about_driver": {
      "en": "You drive on {time}, from {from} to {to}: {free}. {hint}",
      "fr": "Vous conduisez {time}, de {from} à {to} : {free}. {hint}"
    },
    "about_passenger": {
      "en": "You look for a ride on {time}, from {from} to {to}, for {people}. {hint}",
      "fr": "Vous cherchez un trajet {time}, de {from} à {to}, pour {people}. {hint}"
    },
    "about_found": {
      "en": "You ride from {from} to {to} on {time}, {people}. {hint}",
      "fr": "Vous voyagez de {from} à {to}, {time}, {people}. {hint}"
    },
    "under_way": {"en": "It is under way.", "fr": "C'est en cours."},
    "choose_companion": {"en": "Choose somebody to see more.", "fr": "Choisissez quelqu'un pour en voir plus."},
    "nobody_yet": {
      "en": "Nobody else goes there then. I write to you when somebody does.",
      "fr": "Personne d'autre n'y va alors. Je vous écris dès que quelqu'un y va."
    },
    "agreed": {"en": "rides with you", "fr": "voyage avec vous"},
    "asks_you": {"en": "asks you", "fr": "vous demande"},
    "is_asked": {"en": "is asked", "fr": "n'a pas répondu"},
    "away": {"en": "within {from_distance} and {to_distance}", "fr": "à moins de {from_distance} et {to_distance}"},
    "cancel_trip_button": {"en": "Call it off", "fr": "Annuler le trajet"},
    "confirm_cancel": {
      "en": "Do you want to call off {from} to {to} on {time}? Those who would ride with you are told.",
      "fr": "Voulez-vous annuler {from} – {to}, {time} ? Ceux qui voyageraient avec vous en sont informés."
    },
    "trip_cancelled": {"en": "It is called off.", "fr": "C'est annulé."},

    "confirm_ask_driver": {
      "en": "{name} needs a ride on {time} for {people}, from {from} (less than {from_distance} from your start) to {to} (less than {to_distance} from your end). Shall I offer yours?",
      "fr": "{name} cherche un trajet {time} pour {people}, de {from} (à moins de {from_distance} de votre départ) à {to} (à moins de {to_distance} de votre arrivée). Dois-je proposer le vôtre ?"
    },
    "confirm_ask_passenger": {
      "en": "{name} drives on {time}, from {from} (less than {from_distance} from your start) to {to} (less than {to_distance} from your end). Shall I ask for {people}?",
      "fr": "{name} conduit {time}, de {from} (à moins de {from_distance} de votre départ) à {to} (à moins de {to_distance} de votre arrivée). Dois-je demander pour {people} ?"
    },
    "asked": {"en": "I have asked, and tell you the answer.", "fr": "J'ai demandé, et je vous dirai la réponse."},
    "about_asked": {
      "en": "{name} has not answered yet: {time}, from {from} to {to}, {people}.",
      "fr": "{name} n'a pas encore répondu : {time}, de {from} à {to}, {people}."
    },
    "about_agreed": {
      "en": "You ride with {name} on {time}, {people}. {name} begins at {from} and ends at {to}.",
      "fr": "Vous voyagez avec {name} {time}, {people}. {name} part de {from} et va à {to}."
    },
    "agree_button": {"en": "Agree", "fr": "Accepter"},
    "decline_button": {"en": "Decline", "fr": "Refuser"},
    "withdraw_button": {"en": "Take it back", "fr": "Retirer la demande"},
    "call_off_button": {"en": "Call it off", "fr": "Annuler"},
    "write_button": {"en": "Write", "fr": "Écrire"},
    "details_button": {"en": "Details", "fr": "Détails"},
    "show_button": {"en": "Show", "fr": "Voir"},
    "agreed_now": {"en": "Agreed, and passed on.", "fr": "Accepté, et transmis."},
    "refused_full": {
      "en": "There is no room left, or the ride is found elsewhere.",
      "fr": "Il n'y a plus de place, ou le trajet est déjà trouvé ailleurs."
    },
    "refused_not_yours": {"en": "It is for the other one to answer.", "fr": "C'est à l'autre personne de répondre."},
    "confirm_call_off": {
      "en": "Do you want to call off your ride with {name} on {time}? I tell {name}.",
      "fr": "Voulez-vous annuler votre trajet avec {name} {time} ? J'en informe {name}."
    },
    "ended": {"en": "Done, and passed on.", "fr": "C'est fait, et transmis."},
    "ask_text": {
      "en": "What shall I tell {name}? Your number stays unknown.",
      "fr": "Que dois-je dire à {name} ? Votre numéro reste inconnu."
    },
    "text_not_usable": {
      "en": "That cannot be passed on: a text of at most 700 characters can.",
      "fr": "Cela ne peut pas être transmis : un texte d'au plus 700 caractères, oui."
    },
    "passed_on": {"en": "I have told {name}.", "fr": "C'est transmis à {name}."},

    "told_fits_driver": {
      "en": "{name} needs a ride that fits yours: {time}, from {from} to {to}, {people}.",
      "fr": "{name} cherche un trajet qui correspond au vôtre : {time}, de {from} à {to}, {people}."
    },
    "told_fits_passenger": {
      "en": "{name} offers a ride that fits yours: {time}, from {from} to {to}.",
      "fr": "{name} propose un trajet qui correspond au vôtre : {time}, de {from} à {to}."
    },
    "told_asked_driver": {
      "en": "{name} would like to ride with you on {time}: {people}, from {from} (less than {from_distance} from your start) to {to} (less than {to_distance} from your end).",
      "fr": "{name} voudrait voyager avec vous {time} : {people}, de {from} (à moins de {from_distance} de votre départ) à {to} (à moins de {to_distance} de votre arrivée)."
    },
    "told_asked_passenger": {
      "en": "{name} offers you a ride on {time} for {people}, from {from} (less than {from_distance} from your start) to {to} (less than {to_distance} from your end).",
      "fr": "{name} vous propose un trajet {time} pour {people}, de {from} (à moins de {from_distance} de votre départ) à {to} (à moins de {to_distance} de votre arrivée)."
    },
    "told_agreed": {"en": "{name} agrees: you ride together on {time}.", "fr": "{name} accepte : vous voyagez ensemble {time}."},
    "told_declined": {
      "en": "{name} cannot ride with you on {time}.",
      "fr": "{name} ne peut pas voyager avec vous {time}."
    },
    "told_cancelled": {
      "en": "{name} called off the ride with you on {time}.",
      "fr": "{name} a annulé le trajet avec vous {time}."
    },
    "told_gone": {"en": "The ride on {time} is called off.", "fr": "Le trajet {time} est annulé."},
    "told_written": {"en": "{name}, about the ride on {time}:\n{note}", "fr": "{name}, à propos du trajet {time} :\n{note}"},
    "told_reminder": {
      "en": "Do not forget: you ride with {name} on {time}.",
      "fr": "N'oubliez pas : vous voyagez avec {name} {time}."
    }
  }
}$$);
