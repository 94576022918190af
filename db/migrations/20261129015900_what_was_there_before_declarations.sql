-- Rows that migrations wrote before flows were declared: what of them is missing now, an operator deleted.
insert into wa.flows (flow, prefix, declared) values
('baskets', 'basket', $${
  "entries": [
    {"kind": "deep_link", "value": "JB:", "action": "enter", "to_state": "basket_join_confirm", "locale": null, "scope": "everywhere"},
    {"kind": "keyword", "value": "a proximite", "action": "enter", "to_state": "basket_nearby_place", "locale": "fr", "scope": "everywhere"},
    {"kind": "keyword", "value": "baskets", "action": "enter", "to_state": "basket_list", "locale": "en", "scope": "everywhere"},
    {"kind": "keyword", "value": "join", "action": "enter", "to_state": "basket_join_code", "locale": "en", "scope": "everywhere"},
    {"kind": "keyword", "value": "mes paniers", "action": "enter", "to_state": "basket_list", "locale": "fr", "scope": "everywhere"},
    {"kind": "keyword", "value": "my baskets", "action": "enter", "to_state": "basket_list", "locale": "en", "scope": "everywhere"},
    {"kind": "keyword", "value": "nearby", "action": "enter", "to_state": "basket_nearby_place", "locale": "en", "scope": "everywhere"},
    {"kind": "keyword", "value": "new basket", "action": "enter", "to_state": "basket_create_name", "locale": "en", "scope": "everywhere"},
    {"kind": "keyword", "value": "nouveau panier", "action": "enter", "to_state": "basket_create_name", "locale": "fr", "scope": "everywhere"},
    {"kind": "keyword", "value": "paniers", "action": "enter", "to_state": "basket_list", "locale": "fr", "scope": "everywhere"},
    {"kind": "keyword", "value": "rejoindre", "action": "enter", "to_state": "basket_join_code", "locale": "fr", "scope": "everywhere"},
    {"kind": "reply", "value": "menu.basket_create", "action": "enter", "to_state": "basket_create_name", "locale": null, "scope": "everywhere"},
    {"kind": "reply", "value": "menu.basket_join", "action": "enter", "to_state": "basket_join_code", "locale": null, "scope": "everywhere"},
    {"kind": "reply", "value": "menu.basket_nearby", "action": "enter", "to_state": "basket_nearby_place", "locale": null, "scope": "everywhere"},
    {"kind": "reply", "value": "menu.baskets", "action": "enter", "to_state": "basket_list", "locale": null, "scope": "everywhere"},
    {"kind": "reply_prefix", "value": "basket.close.", "action": "enter", "to_state": "basket_close", "locale": null, "scope": "everywhere"},
    {"kind": "reply_prefix", "value": "basket.contribute.", "action": "enter", "to_state": "basket_contribute_amount", "locale": null, "scope": "everywhere"},
    {"kind": "reply_prefix", "value": "basket.detail.", "action": "enter", "to_state": "basket_detail", "locale": null, "scope": "everywhere"},
    {"kind": "reply_prefix", "value": "basket.join.", "action": "enter", "to_state": "basket_join", "locale": null, "scope": "everywhere"},
    {"kind": "reply_prefix", "value": "basket.leave.", "action": "enter", "to_state": "basket_leave", "locale": null, "scope": "everywhere"},
    {"kind": "reply_prefix", "value": "basket.page.", "action": "enter", "to_state": "basket_list", "locale": null, "scope": "everywhere"},
    {"kind": "reply_prefix", "value": "basket.share.", "action": "enter", "to_state": "basket_share", "locale": null, "scope": "everywhere"}
  ],
  "menu": [
    {"reply_id": "menu.basket_create", "position": 200, "title_key": "menu.basket_create_title", "description_key": "menu.basket_create_description"},
    {"reply_id": "menu.basket_join", "position": 300, "title_key": "menu.basket_join_title", "description_key": "menu.basket_join_description"},
    {"reply_id": "menu.baskets", "position": 100, "title_key": "menu.baskets_title", "description_key": "menu.baskets_description"},
    {"reply_id": "menu.basket_nearby", "position": 400, "title_key": "menu.basket_nearby_title", "description_key": "menu.basket_nearby_description"}
  ]
}$$),
('home', null, $${
  "entries": [
    {"kind": "keyword", "value": "aide", "action": "enter", "to_state": "help", "locale": "fr", "scope": "everywhere"},
    {"kind": "keyword", "value": "annuler", "action": "cancel", "to_state": null, "locale": "fr", "scope": "everywhere"},
    {"kind": "keyword", "value": "back", "action": "back", "to_state": null, "locale": "en", "scope": "everywhere"},
    {"kind": "keyword", "value": "bonjour", "action": "enter", "to_state": "home", "locale": "fr", "scope": "everywhere"},
    {"kind": "keyword", "value": "cancel", "action": "cancel", "to_state": null, "locale": "en", "scope": "everywhere"},
    {"kind": "keyword", "value": "hello", "action": "enter", "to_state": "home", "locale": "en", "scope": "everywhere"},
    {"kind": "keyword", "value": "help", "action": "enter", "to_state": "help", "locale": "en", "scope": "everywhere"},
    {"kind": "keyword", "value": "hi", "action": "enter", "to_state": "home", "locale": "en", "scope": "everywhere"},
    {"kind": "keyword", "value": "language", "action": "enter", "to_state": "language", "locale": "en", "scope": "everywhere"},
    {"kind": "keyword", "value": "langue", "action": "enter", "to_state": "language", "locale": "fr", "scope": "everywhere"},
    {"kind": "keyword", "value": "menu", "action": "enter", "to_state": "home", "locale": null, "scope": "everywhere"},
    {"kind": "keyword", "value": "retour", "action": "back", "to_state": null, "locale": "fr", "scope": "everywhere"},
    {"kind": "keyword", "value": "salut", "action": "enter", "to_state": "home", "locale": "fr", "scope": "everywhere"},
    {"kind": "reply", "value": "back", "action": "back", "to_state": null, "locale": null, "scope": "everywhere"},
    {"kind": "reply", "value": "cancel", "action": "cancel", "to_state": null, "locale": null, "scope": "everywhere"},
    {"kind": "reply", "value": "menu", "action": "enter", "to_state": "home", "locale": null, "scope": "everywhere"},
    {"kind": "reply", "value": "menu.help", "action": "enter", "to_state": "help", "locale": null, "scope": "everywhere"},
    {"kind": "reply", "value": "menu.language", "action": "enter", "to_state": "language", "locale": null, "scope": "everywhere"},
    {"kind": "reply", "value": "menu.stop", "action": "enter", "to_state": "unsubscribe", "locale": null, "scope": "everywhere"},
    {"kind": "reply", "value": "subscription.start", "action": "enter", "to_state": "subscribe", "locale": null, "scope": "everywhere"},
    {"kind": "reply_prefix", "value": "menu.page.", "action": "enter", "to_state": "home", "locale": null, "scope": "everywhere"}
  ],
  "menu": [
    {"reply_id": "menu.help", "position": 900, "title_key": "menu.help_title", "description_key": "menu.help_description"},
    {"reply_id": "menu.language", "position": 800, "title_key": "menu.language_title", "description_key": "menu.language_description"},
    {"reply_id": "menu.stop", "position": 1000, "title_key": "menu.stop_title", "description_key": "menu.stop_description"}
  ]
}$$)
on conflict (flow) do nothing;
