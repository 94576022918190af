call wa.declare_flow('baskets', $${
  "about": "People save together in baskets.",
  "prefix": "basket",
  "states": {
    "list": {"about": "Lists the user's baskets.", "expires": "1 day"},
    "detail": {
      "about": "Shows one basket and what can be done with it.",
      "moves": ["list"],
      "back": "list",
      "expires": "1 day"
    },
    "share": {
      "about": "Sends the link and the QR code of a basket.",
      "moves": ["detail", "list"],
      "back": "detail",
      "expires": "1 day"
    },
    "join": {
      "about": "Joins a basket that the user sees; leads on at once.",
      "moves": ["detail", "list", "join_code", "home"],
      "expires": "1 day"
    },
    "join_code": {"about": "Asks for a basket's code.", "moves": ["detail", "home"], "expires": "1 day"},
    "join_confirm": {
      "about": "Asks whether to join the basket whose link was opened.",
      "moves": ["detail", "join_code", "home"],
      "expires": "1 day"
    },
    "leave": {
      "about": "Asks whether to leave a basket.",
      "moves": ["list", "detail"],
      "back": "detail",
      "expires": "1 day"
    },
    "close": {
      "about": "Asks the owner whether to close a basket.",
      "moves": ["list", "detail"],
      "back": "detail",
      "expires": "1 day"
    },
    "contribute_amount": {
      "about": "Asks how much to put into a basket.",
      "moves": ["contribute_confirm", "detail", "list"],
      "back": "detail",
      "expires": "1 day"
    },
    "contribute_confirm": {
      "about": "Asks whether the amount is right.",
      "moves": ["detail", "list"],
      "back": "contribute_amount",
      "expires": "1 day"
    },
    "create_name": {"about": "Asks for the name of a new basket.", "moves": ["create_visibility"], "expires": "1 day"},
    "create_visibility": {
      "about": "Asks whether a new basket is private or public.",
      "moves": ["create_goal"],
      "back": "create_name",
      "expires": "1 day"
    },
    "create_goal": {
      "about": "Asks for the goal of a new basket.",
      "moves": ["create_place", "create_confirm"],
      "back": "create_visibility",
      "expires": "1 day"
    },
    "create_place": {
      "about": "Asks where a new public basket is.",
      "moves": ["create_confirm"],
      "back": "create_goal",
      "expires": "1 day"
    },
    "create_confirm": {
      "about": "Asks whether to create the basket.",
      "moves": ["detail"],
      "back": "create_goal",
      "expires": "1 day"
    },
    "nearby_place": {"about": "Asks where the user is.", "moves": ["nearby_list"], "expires": "1 day"},
    "nearby_list": {"about": "Lists public baskets by distance.", "back": "nearby_place", "expires": "1 day"}
  },
  "entries": {
    "join_confirm": {"links": ["JB:"]},
    "nearby_place": {
      "words": {"fr": ["a proximite"], "en": ["nearby"]},
      "menu": {"id": "menu.basket_nearby", "position": 400, "title": "menu.basket_nearby_title", "description": "menu.basket_nearby_description"}
    },
    "list": {
      "words": {"en": ["baskets", "my baskets"], "fr": ["mes paniers", "paniers"]},
      "menu": {"id": "menu.baskets", "position": 100, "title": "menu.baskets_title", "description": "menu.baskets_description"},
      "tap_prefixes": ["page."]
    },
    "join_code": {
      "words": {"en": ["join"], "fr": ["rejoindre"]},
      "menu": {"id": "menu.basket_join", "position": 300, "title": "menu.basket_join_title", "description": "menu.basket_join_description"}
    },
    "create_name": {
      "words": {"en": ["new basket"], "fr": ["nouveau panier"]},
      "menu": {"id": "menu.basket_create", "position": 200, "title": "menu.basket_create_title", "description": "menu.basket_create_description"}
    },
    "close": {"tap_prefixes": ["close."]},
    "contribute_amount": {"tap_prefixes": ["contribute."]},
    "detail": {"tap_prefixes": ["detail."]},
    "join": {"tap_prefixes": ["join."]},
    "leave": {"tap_prefixes": ["leave."]},
    "share": {"tap_prefixes": ["share."]}
  },
  "texts": {
    "action_close": {"en": "Close for good", "fr": "Fermer définitivement"},
    "action_contribute": {"en": "Contribute", "fr": "Contribuer"},
    "action_join": {"en": "Join", "fr": "Rejoindre"},
    "action_leave": {"en": "Leave", "fr": "Quitter"},
    "action_share": {"en": "Share", "fr": "Partager"},
    "amount_not_understood": {"en": "I could not read that as an amount.", "fr": "Je n'ai pas pu lire ce montant."},
    "balance": {"en": "Saved: {balance}", "fr": "Épargné : {balance}"},
    "balance_of_goal": {"en": "Saved: {balance} of {goal}", "fr": "Épargné : {balance} sur {goal}"},
    "close_confirm": {
      "en": "Do you want to close \"{name}\" for good? Nobody can join or contribute any more.",
      "fr": "Voulez-vous fermer « {name} » définitivement ? Plus personne ne pourra le rejoindre ni y contribuer."
    },
    "close_yes": {"en": "Yes, close", "fr": "Oui, fermer"},
    "closed": {"en": "Closed", "fr": "Fermé"},
    "closed_now": {"en": "\"{name}\" is closed.", "fr": "« {name} » est fermé."},
    "code": {"en": "Code: {code}", "fr": "Code : {code}"},
    "contribute_ask": {
      "en": "How much do you put into \"{name}\"? Write an amount in {currency}, such as 25.",
      "fr": "Combien mettez-vous dans « {name} » ? Écrivez un montant en {currency}, par exemple 25."
    },
    "contribute_confirm": {
      "en": "{amount} into \"{name}\": is that right?",
      "fr": "{amount} dans « {name} » : est-ce exact ?"
    },
    "contribute_yes": {"en": "Yes, contribute", "fr": "Oui, contribuer"},
    "contributed": {
      "en": "Thank you! Your {amount} are in \"{name}\", which now holds {balance}.",
      "fr": "Merci ! Vos {amount} sont dans « {name} », qui contient maintenant {balance}."
    },
    "create_ask_goal": {
      "en": "How much do you want to save together? Write an amount in {currency}, such as 500, or choose no goal.",
      "fr": "Combien voulez-vous épargner ensemble ? Écrivez un montant en {currency}, par exemple 500, ou choisissez sans objectif."
    },
    "create_ask_name": {"en": "What is the name of the new basket?", "fr": "Quel est le nom du nouveau panier ?"},
    "create_ask_place": {
      "en": "Where is the basket? Share a place, so that people nearby find it, or write \"skip\".",
      "fr": "Où est le panier ? Partagez un lieu, pour que l'on le trouve à proximité, ou écrivez « passer »."
    },
    "create_ask_visibility": {
      "en": "Who may join \"{name}\"? A private basket takes only people with its code. A public one can be found by everybody nearby.",
      "fr": "Qui peut rejoindre « {name} » ? Un panier privé n'accepte que ceux qui ont son code. Un panier public peut être trouvé par tous à proximité."
    },
    "create_confirm": {"en": "Shall I create \"{name}\"?", "fr": "Dois-je créer « {name} » ?"},
    "create_yes": {"en": "Yes, create", "fr": "Oui, créer"},
    "created": {
      "en": "\"{name}\" is created. Share it, so that others can join.",
      "fr": "« {name} » est créé. Partagez-le pour que d'autres le rejoignent."
    },
    "goal": {"en": "Goal: {goal}", "fr": "Objectif : {goal}"},
    "gone": {
      "en": "I cannot find this basket among those you may see.",
      "fr": "Je ne trouve pas ce panier parmi ceux que vous pouvez voir."
    },
    "join_ask_code": {
      "en": "Send me the code of the basket: ten letters and digits.",
      "fr": "Envoyez-moi le code du panier : dix lettres et chiffres."
    },
    "join_confirm": {
      "en": "Do you want to join the basket with the code {code}? Its members will see your name.",
      "fr": "Voulez-vous rejoindre le panier dont le code est {code} ? Ses membres verront votre nom."
    },
    "join_wrong_code": {
      "en": "No basket has this code. Check it and try again, or write \"menu\".",
      "fr": "Aucun panier n'a ce code. Vérifiez-le et réessayez, ou écrivez « menu »."
    },
    "joined": {"en": "You are in \"{name}\".", "fr": "Vous êtes dans « {name} »."},
    "leave_confirm": {"en": "Do you want to leave \"{name}\"?", "fr": "Voulez-vous quitter « {name} » ?"},
    "leave_yes": {"en": "Yes, leave", "fr": "Oui, quitter"},
    "left": {"en": "You left \"{name}\".", "fr": "Vous avez quitté « {name} »."},
    "list": {"en": "Here are your baskets.", "fr": "Voici vos paniers."},
    "list_empty": {"en": "You are in no basket yet.", "fr": "Vous n'êtes encore dans aucun panier."},
    "members": {
      "en": {"one": "{count} member", "other": "{count} members"},
      "fr": {"one": "{count} membre", "other": "{count} membres"}
    },
    "name_not_usable": {
      "en": "A name has 1 to 60 visible characters.",
      "fr": "Un nom a de 1 à 60 caractères visibles."
    },
    "nearby": {"en": "These baskets are near you.", "fr": "Ces paniers sont près de vous."},
    "nearby_ask_place": {
      "en": "Where are you? Share your place, and I look for baskets around it.",
      "fr": "Où êtes-vous ? Partagez votre position, et je cherche les paniers autour."
    },
    "nearby_none": {
      "en": "There is no public basket near you that you are not in already.",
      "fr": "Il n'y a pas de panier public près de vous dont vous ne soyez déjà membre."
    },
    "no_goal_button": {"en": "No goal", "fr": "Sans objectif"},
    "not_understood": {"en": "Sorry, I did not understand that.", "fr": "Désolé, je n'ai pas compris."},
    "open": {"en": "Open", "fr": "Ouvert"},
    "open_actions": {"en": "Actions", "fr": "Actions"},
    "open_list": {"en": "Baskets", "fr": "Paniers"},
    "other_place": {"en": "Other place", "fr": "Autre lieu"},
    "owner": {"en": "Owner: {owner}", "fr": "Responsable : {owner}"},
    "place_not_understood": {
      "en": "That was no place. Tap the button, or share one from the menu of your telephone.",
      "fr": "Ce n'était pas un lieu. Touchez le bouton, ou partagez un lieu depuis votre téléphone."
    },
    "private": {"en": "private", "fr": "privé"},
    "private_button": {"en": "Private", "fr": "Privé"},
    "private_explained": {
      "en": "Private: only people with the code can join.",
      "fr": "Privé : seuls ceux qui ont le code peuvent le rejoindre."
    },
    "public": {"en": "public", "fr": "public"},
    "public_button": {"en": "Public", "fr": "Public"},
    "public_explained": {"en": "Public: everybody can join.", "fr": "Public : tout le monde peut le rejoindre."},
    "public_with_place_explained": {
      "en": "Public: everybody can join, and people nearby find it.",
      "fr": "Public : tout le monde peut le rejoindre, et on le trouve à proximité."
    },
    "refused_amount": {"en": "This amount is too large.", "fr": "Ce montant est trop grand."},
    "refused_closed": {"en": "This basket is closed.", "fr": "Ce panier est fermé."},
    "refused_last_owner": {
      "en": "You are its only owner and others are still in it. Close the basket first; then you can leave.",
      "fr": "Vous en êtes le seul responsable et d'autres y sont encore. Fermez d'abord le panier ; ensuite vous pourrez le quitter."
    },
    "refused_not_member": {"en": "You are not in this basket.", "fr": "Vous n'êtes pas dans ce panier."},
    "refused_not_owner": {"en": "Only the owner can do this.", "fr": "Seul le responsable peut le faire."},
    "refused_too_many_tries": {
      "en": "Those were too many wrong codes. Try again later.",
      "fr": "Trop de codes erronés. Réessayez plus tard."
    },
    "share_caption": {"en": "Scan this code to join \"{name}\".", "fr": "Scannez ce code pour rejoindre « {name} »."},
    "share_forward": {
      "en": "Forward the link or the picture. Whoever has it can join.",
      "fr": "Transférez le lien ou l'image. Quiconque l'a peut rejoindre le panier."
    },
    "share_text": {
      "en": "Save with us in the basket \"{name}\". Open this link and send the message: {link}",
      "fr": "Épargnez avec nous dans le panier « {name} ». Ouvrez ce lien et envoyez le message : {link}"
    },
    "words_private": {"en": "private", "fr": "privé,prive"},
    "words_public": {"en": "public", "fr": "public"},
    "words_skip": {"en": "skip,no,none,no goal", "fr": "passer,non,aucun,sans objectif"},
    "menu.basket_create_description": {"en": "Save together for something", "fr": "Épargner ensemble pour un projet"},
    "menu.basket_create_title": {"en": "New basket", "fr": "Nouveau panier"},
    "menu.basket_join_description": {"en": "When somebody gave you one", "fr": "Si quelqu'un vous en a donné un"},
    "menu.basket_join_title": {"en": "Join with a code", "fr": "Rejoindre par code"},
    "menu.basket_nearby_description": {"en": "Public baskets around you", "fr": "Les paniers publics autour de vous"},
    "menu.basket_nearby_title": {"en": "Baskets nearby", "fr": "Paniers à proximité"},
    "menu.baskets_description": {"en": "The savings baskets you are in", "fr": "Vos paniers d'épargne"},
    "menu.baskets_title": {"en": "My baskets", "fr": "Mes paniers"}
  }
}$$);
