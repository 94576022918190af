call wa.declare_flow('marketplace', $${
  "about": "People offer things, find them near them or by a word, and talk about them through the bot.",
  "prefix": "market",
  "states": {
    "offer_title": {"about": "Asks what is to be offered.", "moves": ["offer_price"], "expires": "1 day"},
    "offer_price": {
      "about": "Asks for the price, which may be nothing.",
      "moves": ["offer_place"],
      "back": "offer_title",
      "expires": "1 day"
    },
    "offer_place": {
      "about": "Asks where the thing is.",
      "moves": ["offer_picture"],
      "back": "offer_price",
      "expires": "1 day"
    },
    "offer_picture": {
      "about": "Asks for a picture, and waits until it is fetched.",
      "moves": ["offer_confirm"],
      "back": "offer_place",
      "expires": "1 day"
    },
    "offer_confirm": {
      "about": "Shows what the offer will be, and makes it.",
      "moves": ["detail", "offer_picture"],
      "back": "offer_picture",
      "expires": "1 day"
    },
    "find": {"about": "Asks for a word or a place to look for.", "moves": ["results"], "expires": "1 day"},
    "results": {"about": "Lists what was found.", "back": "find", "expires": "1 day"},
    "mine": {"about": "Lists what the user offers.", "expires": "1 day"},
    "detail": {"about": "Shows one offer and what can be done with it.", "moves": ["find"], "expires": "1 day"},
    "ask": {
      "about": "Passes a question on to the seller.",
      "moves": ["detail", "find", "home"],
      "back": "detail",
      "expires": "1 day"
    },
    "reply": {"about": "Passes an answer on to the other one of a talk.", "moves": ["home"], "expires": "1 day"},
    "stop": {"about": "Ends a talk.", "moves": ["home"], "expires": "1 day"},
    "close": {"about": "Closes an offer.", "moves": ["detail", "find", "mine"], "back": "detail", "expires": "1 day"},
    "renew": {"about": "Opens an offer for another while; leads on at once.", "moves": ["detail", "find"], "expires": "1 day"},
    "report": {
      "about": "Notes that an offer should not be there.",
      "moves": ["detail", "find", "home"],
      "back": "detail",
      "expires": "1 day"
    }
  },
  "entries": {
    "find": {
      "words": {"en": ["buy", "marketplace"], "fr": ["acheter", "petites annonces"]},
      "menu": {"title": "find_title", "description": "find_description", "position": 600}
    },
    "offer_title": {
      "words": {"en": ["sell"], "fr": ["vendre"]},
      "menu": {"title": "sell_title", "description": "sell_description", "position": 610}
    },
    "mine": {
      "words": {"en": ["my offers"], "fr": ["mes annonces"]},
      "menu": {"title": "mine_title", "description": "mine_description", "position": 620}
    },
    "detail": {"tap_prefixes": ["detail."]},
    "ask": {"tap_prefixes": ["ask."]},
    "reply": {"tap_prefixes": ["reply."]},
    "stop": {"tap_prefixes": ["stop."]},
    "close": {"tap_prefixes": ["close."]},
    "renew": {"tap_prefixes": ["renew."]},
    "report": {"tap_prefixes": ["report."]}
  },
  "texts": {
    "find_title": {"en": "Buy something", "fr": "Acheter"},
    "find_description": {"en": "What people offer near you", "fr": "Ce que l'on vend près de vous"},
    "sell_title": {"en": "Sell something", "fr": "Vendre"},
    "sell_description": {"en": "With a picture, a price and a place", "fr": "Avec une photo, un prix et un lieu"},
    "mine_title": {"en": "My offers", "fr": "Mes annonces"},
    "mine_description": {"en": "What you offer", "fr": "Ce que vous vendez"},

    "ask_title": {"en": "What do you offer? A few words are enough.", "fr": "Que vendez-vous ? Quelques mots suffisent."},
    "title_not_usable": {"en": "That has to be a text of 1 to 60 characters.", "fr": "Il faut un texte de 1 à 60 caractères."},
    "ask_price": {
      "en": "What is the price of \"{title}\"? Write an amount in {currency}, such as 25.",
      "fr": "Quel est le prix de « {title} » ? Écrivez un montant en {currency}, par exemple 25."
    },
    "free": {"en": "For free", "fr": "Gratuit"},
    "words_free": {"en": "for free,free,nothing", "fr": "gratuit,gratuitement,rien"},
    "price_not_understood": {"en": "I could not read that as an amount.", "fr": "Je n'ai pas pu lire ce montant."},
    "ask_place": {
      "en": "Where is it? Share a place. Others learn how far away it is, and not where.",
      "fr": "Où est-ce ? Partagez un lieu. Les autres sauront à quelle distance, mais pas où."
    },
    "place_not_understood": {
      "en": "That was no place. Tap the button, or share one from the menu of your telephone.",
      "fr": "Ce n'était pas un lieu. Touchez le bouton, ou partagez un lieu depuis votre téléphone."
    },
    "ask_picture": {"en": "Send me a picture of it.", "fr": "Envoyez-m'en une photo."},
    "no_picture": {"en": "No picture", "fr": "Sans photo"},
    "one_moment": {"en": "One moment, I am having a look.", "fr": "Un instant, je regarde."},
    "picture_not_understood": {"en": "That was no picture.", "fr": "Ce n'était pas une photo."},
    "picture_not_usable": {
      "en": "I could not use this picture. Try another one.",
      "fr": "Je n'ai pas pu utiliser cette photo. Essayez-en une autre."
    },
    "confirm_offer": {"en": "*{title}*\n{price}\n\nShall I offer it?", "fr": "*{title}*\n{price}\n\nDois-je publier l'annonce ?"},
    "make": {"en": "Yes, offer it", "fr": "Oui, publier"},
    "made": {"en": "\"{title}\" can be found now.", "fr": "On trouve maintenant « {title} »."},

    "ask_search": {
      "en": "What are you looking for? Write a word, or share a place to see what is near it.",
      "fr": "Que cherchez-vous ? Écrivez un mot, ou partagez un lieu pour voir ce qui est à proximité."
    },
    "search_not_understood": {"en": "That was neither a word nor a place.", "fr": "Ce n'était ni un mot ni un lieu."},
    "found": {
      "en": "This is near you. Another word or place looks further.",
      "fr": "Voici ce qui est près de vous. Un autre mot ou lieu cherche plus loin."
    },
    "found_anywhere": {
      "en": "This is what I found. Share a place to see what is near it.",
      "fr": "Voici ce que j'ai trouvé. Partagez un lieu pour voir ce qui est à proximité."
    },
    "nothing_found": {"en": "I found nothing like that. Try another word or place.", "fr": "Je n'ai rien trouvé. Essayez un autre mot ou lieu."},
    "other_search": {"en": "Look again", "fr": "Autre recherche"},
    "open_list": {"en": "Offers", "fr": "Annonces"},

    "list_mine": {"en": "This is what you offer.", "fr": "Voici vos annonces."},
    "nothing_offered": {"en": "You offer nothing yet.", "fr": "Vous n'avez pas encore d'annonce."},
    "asked_by": {
      "en": {"one": "{count} person asked", "other": "{count} people asked"},
      "fr": {"one": "{count} personne intéressée", "other": "{count} personnes intéressées"}
    },
    "status_open": {"en": "Open", "fr": "En ligne"},
    "status_closed": {"en": "Closed", "fr": "Fermée"},
    "status_expired": {"en": "Expired", "fr": "Expirée"},
    "status_hidden": {"en": "Hidden: people reported it", "fr": "Masquée : on l'a signalée"},

    "ask_button": {"en": "Ask the seller", "fr": "Écrire au vendeur"},
    "report_button": {"en": "Report", "fr": "Signaler"},
    "close_button": {"en": "Close the offer", "fr": "Fermer l'annonce"},
    "renew_button": {"en": "Offer it again", "fr": "Publier à nouveau"},
    "reply_button": {"en": "Answer", "fr": "Répondre"},
    "stop_button": {"en": "No more of this", "fr": "Ne plus en recevoir"},

    "ask_question": {
      "en": "What would you like to know about \"{title}\"? I pass it on; the seller sees neither your name nor your number.",
      "fr": "Que voulez-vous savoir sur « {title} » ? Je transmets ; le vendeur ne voit ni votre nom ni votre numéro."
    },
    "ask_reply": {"en": "What do you answer about \"{title}\"?", "fr": "Que répondez-vous pour « {title} » ?"},
    "text_not_usable": {"en": "I pass on texts of up to 700 characters.", "fr": "Je transmets des textes de 700 caractères au plus."},
    "asked": {"en": "I have asked the seller of \"{title}\". The answer comes here.", "fr": "J'ai demandé au vendeur de « {title} ». La réponse arrivera ici."},
    "asked_waiting": {
      "en": "The seller of \"{title}\" gets your question with the next visit here, for a week at most.",
      "fr": "Le vendeur de « {title} » recevra votre question à sa prochaine visite, d'ici une semaine."
    },
    "replied": {"en": "I have passed it on.", "fr": "J'ai transmis."},
    "replied_waiting": {
      "en": "The other one gets it with the next visit here, for a week at most.",
      "fr": "L'autre personne le recevra à sa prochaine visite, d'ici une semaine."
    },
    "told_seller": {"en": "Person {number} asks about \"{title}\":\n\n{text}", "fr": "La personne {number} demande pour « {title} » :\n\n{text}"},
    "told_buyer": {"en": "The seller of \"{title}\" answers:\n\n{text}", "fr": "Le vendeur de « {title} » répond :\n\n{text}"},
    "told_expired": {
      "en": "Your offer \"{title}\" has expired: nobody finds it any more.",
      "fr": "Votre annonce « {title} » a expiré : on ne la trouve plus."
    },

    "confirm_stop": {
      "en": "Do you want to write and read no more about \"{title}\" with this person?",
      "fr": "Voulez-vous ne plus rien échanger avec cette personne sur « {title} » ?"
    },
    "stopped": {"en": "You hear no more from this person about \"{title}\".", "fr": "Vous n'aurez plus de nouvelles de cette personne sur « {title} »."},
    "confirm_close": {
      "en": "Is \"{title}\" gone, and nobody is to find it any more?",
      "fr": "« {title} » est parti, et on ne doit plus le trouver ?"
    },
    "closed": {"en": "\"{title}\" is closed.", "fr": "« {title} » est fermée."},
    "renewed": {"en": "\"{title}\" can be found again.", "fr": "On trouve à nouveau « {title} »."},
    "confirm_report": {
      "en": "Is something wrong with \"{title}\": is it forbidden, false or offensive?",
      "fr": "Quelque chose ne va pas avec « {title} » : interdit, faux ou choquant ?"
    },
    "reported": {"en": "Thank you. We have noted it.", "fr": "Merci. Nous l'avons noté."},

    "gone": {"en": "This offer is not there any more.", "fr": "Cette annonce n'est plus là."},
    "talk_gone": {"en": "This offer is not there any more, and nobody to write to.", "fr": "Cette annonce n'est plus là, ni personne à qui écrire."},
    "refused_own": {"en": "This is your own offer.", "fr": "C'est votre propre annonce."},
    "refused_reach": {
      "en": "About \"{title}\" I can pass on nothing more to this person.",
      "fr": "Je ne peux plus rien transmettre à cette personne sur « {title} »."
    },
    "refused_renewal": {"en": "\"{title}\" cannot be opened again.", "fr": "« {title} » ne peut pas être publiée à nouveau."},
    "not_understood": {"en": "Sorry, I did not understand that.", "fr": "Désolé, je n'ai pas compris."}
  }
}$$);
