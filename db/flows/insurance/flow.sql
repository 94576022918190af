call wa.declare_flow('insurance', $${
  "about": "Takes down a vehicle's insurance: documents, fields, a case for staff.",
  "states": {
    "start": {
      "about": "Asks whether to begin, or leads to where the open case stands.",
      "moves": ["insured", "document", "field", "review", "case", "home"],
      "expires": "1 day"
    },
    "insured": {
      "about": "Asks who is to be insured.",
      "moves": ["document", "field", "review", "case", "start"],
      "expires": "1 day"
    },
    "document": {
      "about": "Asks for a picture or PDF of a document, and waits until it is fetched and read.",
      "moves": ["field", "review", "case", "start"],
      "expires": "1 day"
    },
    "field": {
      "about": "Asks whether a field of a document is right, and for what is.",
      "moves": ["document", "review", "case", "start"],
      "expires": "1 day"
    },
    "review": {
      "about": "Shows the whole case, and hands it to staff.",
      "moves": ["change", "withdraw", "case", "document", "field", "start"],
      "expires": "1 day"
    },
    "change": {
      "about": "Asks what is to be changed before staff have the case.",
      "moves": ["field", "document", "review", "case", "start"],
      "back": "review",
      "expires": "1 day"
    },
    "case": {
      "about": "Says that staff have the case.",
      "moves": ["withdraw", "document", "field", "review", "start"],
      "expires": "1 day"
    },
    "withdraw": {
      "about": "Asks whether to withdraw the case.",
      "moves": ["home", "case", "review", "document", "field", "start"],
      "back": "start",
      "expires": "1 day"
    }
  },
  "entries": {
    "start": {
      "words": {"en": ["insurance", "insure"], "fr": ["assurance", "assurer"]},
      "taps": ["continue"],
      "menu": {"title": "menu_title", "description": "menu_description"}
    }
  },
  "documents": {
    "certificate": {
      "policy_number": {
        "label": "policy ?n(o|umber)[.]?|(n.?|numero) ?de (la )?police|police n.?",
        "value": "[A-Z0-9 ./-]*[0-9][A-Z0-9./-]*"
      },
      "plate": {
        "label": "registration( n(o|umber)[.]?)?|plate( n(o|umber)[.]?)?|immatriculation",
        "value": "[A-Z0-9 -]*[0-9][A-Z0-9 -]*"
      },
      "valid_until": {
        "label": "valid (until|to)|expir[a-z]*( date)?|valable jusqu.au|echeance",
        "value": "[0-9].*[0-9]",
        "check": "date"
      }
    },
    "vehicle_card": {
      "plate": {
        "label": "registration( n(o|umber)[.]?)?|plate( n(o|umber)[.]?)?|immatriculation",
        "value": "[A-Z0-9 -]*[0-9][A-Z0-9 -]*"
      },
      "vin": [
        {
          "label": "chassis( n(o|umber)[.]?)?|vin",
          "value": "[A-Z0-9][A-Z0-9 ]{15,24}[A-Z0-9]",
          "check": "vin"
        },
        {"place": "anywhere", "value": "\\m[A-Z0-9]{17}\\M", "check": "vin"}
      ]
    }
  },
  "texts": {
    "menu_title": {"en": "Insurance", "fr": "Assurance"},
    "menu_description": {"en": "Insure a vehicle", "fr": "Assurer un véhicule"},
    "begin": {
      "en": "To insure a vehicle I need its insurance certificate and its vehicle card, as photographs or PDFs. Only our staff see them. Shall we begin?",
      "fr": "Pour assurer un véhicule, il me faut son attestation d'assurance et sa carte grise, en photo ou en PDF. Seule notre équipe les voit. Commençons-nous ?"
    },
    "begin_another": {
      "en": "Case {case_id} is accepted. Is there another vehicle to insure?",
      "fr": "Le dossier {case_id} est accepté. Y a-t-il un autre véhicule à assurer ?"
    },
    "another_time": {"en": "Another time, then.", "fr": "Une autre fois, alors."},
    "ask_insured": {"en": "What is the name of the insured person or company?", "fr": "Quel est le nom de l'assuré, personne ou société ?"},
    "no_name": {"en": "Please write a name, of up to 100 characters.", "fr": "Écrivez un nom, de 100 caractères au plus."},
    "ask_certificate": {
      "en": "Please send the insurance certificate: a photograph or a PDF.",
      "fr": "Envoyez l'attestation d'assurance, en photo ou en PDF."
    },
    "ask_vehicle_card": {
      "en": "Please send the vehicle card: a photograph or a PDF.",
      "fr": "Envoyez la carte grise, en photo ou en PDF."
    },
    "note": {"en": "A colleague says: {note}", "fr": "Un collègue vous dit : {note}"},
    "one_moment": {"en": "Thank you. One moment, I am reading it.", "fr": "Merci. Un instant, je le lis."},
    "still_fetching": {
      "en": "I have not received it completely yet. One moment, please.",
      "fr": "Je ne l'ai pas encore reçu en entier. Un instant."
    },
    "still_reading": {
      "en": "I am still reading. Send the next one when I ask for it.",
      "fr": "Je lis encore. Envoyez le suivant quand je le demande."
    },
    "type": {"en": "I type it myself", "fr": "Je l'écris moi-même"},
    "wrong_kind": {"en": "That is no photograph and no PDF.", "fr": "Ce n'est ni une photo ni un PDF."},
    "not_fetched": {"en": "I could not get that. Please send it once more.", "fr": "Je n'ai pas pu le recevoir. Envoyez-le encore une fois."},
    "was_read": {"en": "I have read it. Please check what I read.", "fr": "Je l'ai lu. Vérifiez ce que j'ai lu."},
    "was_not_read": {
      "en": "I cannot read it. Please write what it says, or send a better picture.",
      "fr": "Je n'arrive pas à le lire. Écrivez ce qui y figure, ou envoyez une meilleure photo."
    },
    "confirm_field": {
      "en": "{document}, {field}: {value}. Is that right? If not, write what is.",
      "fr": "{document}, {field} : {value}. Est-ce exact ? Sinon, écrivez ce qui l'est."
    },
    "type_field": {"en": "{document}, {field}: please write it.", "fr": "{document}, {field} : écrivez-le."},
    "new_picture": {"en": "New picture", "fr": "Nouvelle photo"},
    "name_certificate": {"en": "Certificate", "fr": "Attestation"},
    "name_vehicle_card": {"en": "Vehicle card", "fr": "Carte grise"},
    "field_plate": {"en": "plate", "fr": "immatriculation"},
    "field_policy_number": {"en": "policy number", "fr": "numéro de police"},
    "field_valid_until": {"en": "valid until", "fr": "valable jusqu'au"},
    "field_vin": {"en": "chassis number", "fr": "numéro de châssis"},
    "no_plate": {
      "en": "That is no plate: letters and digits, 4 to 10 of them.",
      "fr": "Ce n'est pas une immatriculation : des lettres et des chiffres, de 4 à 10."
    },
    "no_policy_number": {
      "en": "That is no policy number: letters and digits, 4 to 30 of them.",
      "fr": "Ce n'est pas un numéro de police : des lettres et des chiffres, de 4 à 30."
    },
    "no_valid_until": {
      "en": "I need a day that has not passed, such as 31/12/2030.",
      "fr": "Il me faut un jour qui n'est pas passé, par exemple 31/12/2030."
    },
    "no_vin": {
      "en": "A chassis number has 17 letters and digits.",
      "fr": "Un numéro de châssis a 17 lettres et chiffres."
    },
    "review": {
      "en": "For {name}:\n{fields}\n\nShall I send it to our staff?",
      "fr": "Pour {name} :\n{fields}\n\nDois-je l'envoyer à notre équipe ?"
    },
    "review_field": {"en": "- {document}, {field}: {value}", "fr": "- {document}, {field} : {value}"},
    "send": {"en": "Send", "fr": "Envoyer"},
    "change": {"en": "Change something", "fr": "Modifier"},
    "ask_what_to_change": {"en": "What is to be changed?", "fr": "Que faut-il modifier ?"},
    "with_staff": {
      "en": "Case {case_id} is with our staff. I tell you here what they decide.",
      "fr": "Le dossier {case_id} est chez notre équipe. Je vous dirai ici ce qu'elle décide."
    },
    "withdraw": {"en": "Withdraw", "fr": "Retirer"},
    "ask_withdraw": {"en": "Do you want to withdraw case {case_id}?", "fr": "Voulez-vous retirer le dossier {case_id} ?"},
    "withdrawn": {"en": "Case {case_id} is withdrawn.", "fr": "Le dossier {case_id} est retiré."},
    "told_accepted": {"en": "Case {case_id} is accepted. {reason}", "fr": "Le dossier {case_id} est accepté. {reason}"},
    "told_declined": {"en": "Case {case_id} is declined: {reason}", "fr": "Le dossier {case_id} est refusé : {reason}"},
    "told_returned": {
      "en": "Something about case {case_id} is not right yet:\n{wrong}",
      "fr": "Quelque chose ne va pas encore dans le dossier {case_id} :\n{wrong}"
    },
    "correct_it": {"en": "Correct it", "fr": "Corriger"}
  }
}$$);
