"""The first conversation: menu, help, language, stop and start."""

from __future__ import annotations

from wa_webhook.demo.scenes import Scene, Turn
from wa_webhook.meta_stand_in.people import ANA, BRUNO, CHIARA
from wa_webhook.meta_stand_in.said import Located, Sent, Tapped, Typed

_ROWS = """\
[Menu]
- My baskets: The savings baskets you are in
- New basket: Save together for something
- Join with a code: When somebody gave you one
- Baskets nearby: Public baskets around you
- Language: Choose the language I speak
- Help: What I understand
- Stop: Receive no more messages"""
MENU = f"What would you like to do?\n{_ROWS}"
SORRY = f'Sorry, I did not understand that. Choose from the menu, or write "help".\n{_ROWS}'

_ROWS_FR = """\
[Menu]
- Mes paniers: Vos paniers d'épargne
- Nouveau panier: Épargner ensemble pour un projet
- Rejoindre par code: Si quelqu'un vous en a donné un
- Paniers à proximité: Les paniers publics autour de vous
- Langue: Choisir la langue que je parle
- Aide: Ce que je comprends
- Arrêter: Ne plus recevoir de messages"""
MENU_FR = f"Que souhaitez-vous faire ?\n{_ROWS_FR}"
SORRY_FR = f"Désolé, je n'ai pas compris. Choisissez dans le menu, ou écrivez « aide ».\n{_ROWS_FR}"

HELP = (
    'Write "menu" to see what I can do, "back" for the step before, "cancel" to give up,'
    ' "language" to change the language, "stop" to receive nothing more and "start" to come back.'
    "\n[Menu] [Language]"
)
LANGUAGES = "Which language do you prefer?\n[Languages]\n- English\n- Français"
STOPPED = 'You will receive no more messages. Write "start" to come back.\n[Start again]'
STOPPED_FR = "Vous ne recevrez plus de messages. Écrivez « reprendre » pour revenir.\n[Reprendre]"

FIRST_CONVERSATION = (
    Scene(
        "A first word, a list, a button, a place",
        (
            Turn(ANA, Typed("Hola 👋"), (MENU,)),
            Turn(ANA, Tapped("Help"), (HELP,)),
            Turn(ANA, Tapped("Menu"), (MENU,)),
            Turn(ANA, Located("Kimironko Market", -1.9496, 30.1262), (SORRY,)),
        ),
    ),
    Scene(
        "The same message three times at once, as Meta may deliver it",
        (Turn(ANA, Typed("help"), (HELP,), copies=3),),
    ),
    Scene(
        "A message that Meta did not sign",
        (Turn(ANA, Typed("stop"), is_forged=True),),
    ),
    Scene(
        "A user without a phone number",
        (
            Turn(CHIARA, Typed("Ciao"), (MENU,)),
            Turn(CHIARA, Typed("Language"), (LANGUAGES,)),
            Turn(CHIARA, Tapped("English"), ("I will speak English from now on.", MENU)),
            Turn(CHIARA, Sent("reaction", {"message_id": "wamid.MENU", "emoji": "👍"})),
        ),
    ),
    Scene(
        "French",
        (
            Turn(BRUNO, Typed("Bonjour"), (MENU,)),
            Turn(BRUNO, Typed("Langue"), (LANGUAGES,)),
            Turn(BRUNO, Tapped("Français"), ("Je parlerai français désormais.", MENU_FR)),
            Turn(BRUNO, Typed("Quelle heure est-il ?"), (SORRY_FR,)),
        ),
    ),
    Scene(
        "Stop, silence, start",
        (
            Turn(BRUNO, Tapped("Arrêter"), (STOPPED_FR,)),
            Turn(BRUNO, Typed("Allô ?")),
            Turn(BRUNO, Tapped("Reprendre"), ("Heureux de vous revoir !", MENU_FR)),
            Turn(ANA, Typed("STOP"), (STOPPED,)),
            Turn(ANA, Typed("start"), ("Welcome back!", MENU)),
        ),
    ),
)
