"""The whole life of two baskets among three people, in French."""

from __future__ import annotations

from wa_webhook.demo.first_conversation import LANGUAGES, MENU_FR
from wa_webhook.demo.scenes import Scene, Turn
from wa_webhook.meta_stand_in.people import GISELE, HUGO, INES
from wa_webhook.meta_stand_in.said import Located, Tapped, Typed

ASK_NAME = "Quel est le nom du nouveau panier ?"
ASK_GOAL = (
    "Combien voulez-vous épargner ensemble ? Écrivez un montant en USD, par exemple 500, ou"
    " choisissez sans objectif.\n[Sans objectif] [Retour]"
)
NOT_AN_AMOUNT = f"Je n'ai pas pu lire ce montant.\n\n{ASK_GOAL}"
ASK_PLACE = (
    "Où est le panier ? Partagez un lieu, pour que l'on le trouve à proximité, ou écrivez"
    " « passer ».\n"
    "[Send location]"
)
CONFIRM_MARIAGE = """\
Dois-je créer « Mariage » ?
Privé : seuls ceux qui ont le code peuvent le rejoindre.
Objectif : 1\N{NARROW NO-BREAK SPACE}500,50 USD
[Oui, créer] [Retour] [Annuler]"""
CONFIRM_MARCHE = """\
Dois-je créer « Marché » ?
Public : tout le monde peut le rejoindre, et on le trouve à proximité.
[Oui, créer] [Retour] [Annuler]"""

MEMBER = ("Partager", "Contribuer", "Quitter", "Mes paniers", "Menu")
OWNER = (
    "Partager",
    "Contribuer",
    "Quitter",
    "Fermer définitivement",
    "Mes paniers",
    "Menu",
)
CLOSED = ("Quitter", "Mes paniers", "Menu")
STRANGER = ("Rejoindre", "Mes paniers", "Menu")


def _basket(*lines: str, actions: tuple[str, ...]) -> str:
    return "\n".join((*lines, "[Actions]", *(f"- {action}" for action in actions)))


def _ask_visibility(name: str) -> str:
    return (
        f"Qui peut rejoindre « {name} » ? Un panier privé n'accepte que ceux qui ont son code. Un"
        " panier public peut être trouvé par tous à proximité.\n[Privé] [Public] [Retour]"
    )


def _mariage(kind: str, saved: str, actions: tuple[str, ...]) -> str:
    code = () if actions is CLOSED else ("Code : {mariage}",)
    saved = f"Épargné : {saved} USD sur 1\N{NARROW NO-BREAK SPACE}500,50 USD"
    return _basket("*Mariage*", kind, saved, "Responsable : Gisèle", *code, actions=actions)


def _marche(kind: str, actions: tuple[str, ...]) -> str:
    code = () if actions is STRANGER else ("Code : {marche}",)
    return _basket(
        "*Marché*", kind, "Épargné : 0 USD", "Responsable : Inès", *code, actions=actions
    )


BASKETS_IN_FRENCH = (
    Scene(
        "The same in French: a private basket is created and shared",
        (
            Turn(GISELE, Typed("Langue"), (LANGUAGES,)),
            Turn(GISELE, Tapped("Français"), ("Je parlerai français désormais.", MENU_FR)),
            Turn(GISELE, Tapped("Nouveau panier"), (ASK_NAME,)),
            Turn(GISELE, Typed("  Mariage "), (_ask_visibility("Mariage"),)),
            Turn(GISELE, Tapped("Privé"), (ASK_GOAL,)),
            Turn(GISELE, Typed("beaucoup"), (NOT_AN_AMOUNT,)),
            Turn(GISELE, Typed("1 500,5"), (CONFIRM_MARIAGE,)),
            Turn(
                GISELE,
                Tapped("Oui, créer"),
                (
                    "« Mariage » est créé. Partagez-le pour que d'autres le rejoignent.",
                    _mariage("Ouvert · privé · 1 membre", "0", OWNER),
                ),
            ),
            Turn(
                GISELE,
                Tapped("Partager"),
                (
                    "Épargnez avec nous dans le panier « Mariage ». Ouvrez ce lien et envoyez le"
                    " message : https://wa.me/15550001111?text=JB%3A{mariage}",
                    "(image)\nScannez ce code pour rejoindre « Mariage ».",
                    "Transférez le lien ou l'image. Quiconque l'a peut rejoindre le panier.\n"
                    "[Retour] [Menu]",
                ),
            ),
            Turn(GISELE, Tapped("Retour"), (_mariage("Ouvert · privé · 1 membre", "0", OWNER),)),
        ),
    ),
    Scene(
        "Sans numéro de téléphone",
        (
            Turn(INES, Typed("langue"), (LANGUAGES,)),
            Turn(INES, Tapped("Français"), ("Je parlerai français désormais.", MENU_FR)),
            Turn(
                INES,
                Typed("Bonjour ! jb: {mariage}"),
                (
                    "Voulez-vous rejoindre le panier dont le code est {mariage} ? Ses membres"
                    " verront votre nom.\n[Rejoindre] [Annuler]",
                ),
            ),
            Turn(
                INES,
                Tapped("Rejoindre"),
                (
                    "Vous êtes dans « Mariage ».",
                    _mariage("Ouvert · privé · 2 membres", "0", MEMBER),
                ),
            ),
            Turn(
                INES,
                Tapped("Contribuer"),
                (
                    "Combien mettez-vous dans « Mariage » ? Écrivez un montant en USD, par exemple"
                    " 25.\n[Retour]",
                ),
            ),
            Turn(
                INES,
                Typed("12,5"),
                (
                    "12,50 USD dans « Mariage » : est-ce exact ?\n"
                    "[Oui, contribuer] [Retour] [Annuler]",
                ),
            ),
            Turn(
                INES,
                Tapped("Oui, contribuer"),
                (
                    "Merci ! Vos 12,50 USD sont dans « Mariage », qui contient maintenant 12,50"
                    " USD.",
                    _mariage("Ouvert · privé · 2 membres", "12,50", MEMBER),
                ),
                copies=3,
            ),
        ),
    ),
    Scene(
        "Rejoindre par code, et quitter",
        (
            Turn(HUGO, Typed("langue"), (LANGUAGES,)),
            Turn(HUGO, Tapped("Français"), ("Je parlerai français désormais.", MENU_FR)),
            Turn(
                HUGO,
                Tapped("Rejoindre par code"),
                ("Envoyez-moi le code du panier : dix lettres et chiffres.",),
            ),
            Turn(
                HUGO,
                Typed("0000000000"),
                ("Aucun panier n'a ce code. Vérifiez-le et réessayez, ou écrivez « menu ».",),
            ),
            Turn(
                HUGO,
                Typed("{mariage}"),
                (
                    "Vous êtes dans « Mariage ».",
                    _mariage("Ouvert · privé · 3 membres", "12,50", MEMBER),
                ),
            ),
            Turn(
                HUGO,
                Tapped("Mes paniers"),
                ("Voici vos paniers.\n[Paniers]\n- Mariage: 12,50 USD · 3 membres",),
            ),
            Turn(
                HUGO,
                Tapped("Mariage"),
                (_mariage("Ouvert · privé · 3 membres", "12,50", MEMBER),),
            ),
            Turn(
                HUGO,
                Tapped("Quitter"),
                ("Voulez-vous quitter « Mariage » ?\n[Oui, quitter] [Retour]",),
            ),
            Turn(
                HUGO,
                Tapped("Oui, quitter"),
                (
                    "Vous avez quitté « Mariage ».",
                    "Vous n'êtes encore dans aucun panier.\n"
                    "[Nouveau panier] [Rejoindre par code] [Paniers à proximité]",
                ),
            ),
        ),
    ),
    Scene(
        "Fermer",
        (
            Turn(
                GISELE,
                Tapped("Quitter"),
                ("Voulez-vous quitter « Mariage » ?\n[Oui, quitter] [Retour]",),
            ),
            Turn(
                GISELE,
                Tapped("Oui, quitter"),
                (
                    "Vous en êtes le seul responsable et d'autres y sont encore. Fermez d'abord le"
                    " panier ; ensuite vous pourrez le quitter.",
                    _mariage("Ouvert · privé · 2 membres", "12,50", OWNER),
                ),
            ),
            Turn(
                GISELE,
                Tapped("Fermer définitivement"),
                (
                    "Voulez-vous fermer « Mariage » définitivement ? Plus personne ne pourra le"
                    " rejoindre ni y contribuer.\n[Oui, fermer] [Retour]",
                ),
            ),
            Turn(
                GISELE,
                Tapped("Oui, fermer"),
                (
                    "« Mariage » est fermé.",
                    _mariage("Fermé · privé · 2 membres", "12,50", CLOSED),
                ),
            ),
            Turn(
                INES,
                Tapped("Contribuer"),
                (
                    "Ce panier est fermé.",
                    _mariage("Fermé · privé · 2 membres", "12,50", CLOSED),
                ),
            ),
        ),
    ),
    Scene(
        "À proximité",
        (
            Turn(INES, Typed("nouveau panier"), (ASK_NAME,)),
            Turn(INES, Typed("Marché"), (_ask_visibility("Marché"),)),
            Turn(INES, Tapped("Public"), (ASK_GOAL,)),
            Turn(INES, Tapped("Sans objectif"), (ASK_PLACE,)),
            Turn(INES, Located("Marché Sainte-Catherine", 50.85, 4.35), (CONFIRM_MARCHE,)),
            Turn(
                INES,
                Tapped("Oui, créer"),
                (
                    "« Marché » est créé. Partagez-le pour que d'autres le rejoignent.",
                    _marche("Ouvert · public · 1 membre", OWNER),
                ),
            ),
            Turn(
                HUGO,
                Tapped("Paniers à proximité"),
                (
                    "Où êtes-vous ? Partagez votre position, et je cherche les paniers autour.\n"
                    "[Send location]",
                ),
            ),
            Turn(
                HUGO,
                Located("Parc", 50.85, 4.41),
                ("Ces paniers sont près de vous.\n[Paniers]\n- Marché: 4,2 km · 1 membre",),
            ),
            Turn(HUGO, Tapped("Marché"), (_marche("Ouvert · public · 1 membre", STRANGER),)),
            Turn(
                HUGO,
                Tapped("Rejoindre"),
                ("Vous êtes dans « Marché ».", _marche("Ouvert · public · 2 membres", MEMBER)),
            ),
        ),
    ),
)
