call wa.declare_flow('certificate', $${
  "about": "Reads a photograph of a certificate of insurance.",
  "states": {
    "photograph": {"about": "Takes the photograph, and says what it reads.", "moves": ["home"], "expires": "1 hour"}
  },
  "entries": {
    "photograph": {"words": {"en": ["certificate"], "fr": ["attestation"]}}
  },
  "documents": {
    "paper": {
      "number": {"label": "numero de police|policy number", "value": "[A-Z]{2}-[0-9]{6}"},
      "until": {"label": "valable jusqu|valid until", "check": "date"}
    }
  },
  "texts": {
    "send_it": {"en": "Send me a photograph of your certificate.", "fr": "Envoyez-moi une photo de votre attestation."},
    "one_moment": {"en": "One moment.", "fr": "Un instant."},
    "reading": {"en": "I am reading it.", "fr": "Je la lis."},
    "another": {"en": "I cannot read that. Please send me another photograph.", "fr": "Je ne peux pas la lire. Envoyez-moi une autre photo."},
    "read": {"en": "Your policy {number} is valid until {until}.", "fr": "Votre police {number} est valable jusqu'au {until}."}
  }
}$$);
