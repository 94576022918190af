call wa.declare_flow('parcel', $${
  "about": "Says where a parcel is, which only the carrier knows.",
  "states": {
    "number": {"about": "Asks for the parcel's number.", "moves": ["search"], "expires": "1 hour"},
    "search": {"about": "Waits for the carrier's answer.", "moves": ["home"], "expires": "1 hour"}
  },
  "entries": {
    "number": {"words": {"en": ["parcel"], "fr": ["colis"]}}
  },
  "texts": {
    "ask_number": {"en": "What is the number of your parcel?", "fr": "Quel est le numéro de votre colis ?"},
    "one_moment": {"en": "One moment, I am asking the carrier.", "fr": "Un instant, je demande au transporteur."},
    "still_asking": {"en": "I am still waiting for the carrier.", "fr": "J'attends encore le transporteur."},
    "found": {"en": "Your parcel is in {place}, and will be with you {day}.", "fr": "Votre colis est à {place}, et arrive {day}."},
    "today": {"en": "today", "fr": "aujourd'hui"},
    "tomorrow": {"en": "tomorrow", "fr": "demain"},
    "unknown": {"en": "The carrier knows no parcel of this number.", "fr": "Le transporteur ne connaît pas ce numéro."}
  }
}$$);
