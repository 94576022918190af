"""Who talks in the demo: one of each kind that Meta shows us."""

from __future__ import annotations

from handler.demo.scenes import Person

ANA = Person("Ana", phone="34600111222", user_id="ES.1001")
BRUNO = Person("Bruno", phone="33612345678")
CHIARA = Person("Chiara", user_id="IT.3003")

DIANA = Person("Diana", phone="250788000001", user_id="RW.4004")
EMIL = Person("Emil", phone="4915112345678")
FATIMA = Person("Fatima", user_id="MA.6006")

GISELE = Person("Gisèle", phone="33698765432", user_id="FR.7007")
HUGO = Person("Hugo", phone="32470123456")
INES = Person("Inès", user_id="BE.9009")
