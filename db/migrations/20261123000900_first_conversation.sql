insert into wa.flow_states (state, flow, step_function, expires_after, description) values
('home', 'home', 'step_home', null, 'Shows the menu; everything starts and ends here.'),
('help', 'help', 'step_help', interval '1 day', 'Says what the bot understands.'),
('language', 'language', 'step_language', interval '1 day', 'Asks for the language and sets it.'),
('cancelled', 'home', 'step_cancelled', null, 'Says that a flow was given up.'),
('unsubscribe', 'subscription', 'step_unsubscribe', null, 'Opts the user out and confirms it, once.'),
('subscribe', 'subscription', 'step_subscribe', null, 'Opts the user in again.');

insert into wa.flow_transitions (from_state, to_state) values
('help', 'home'),
('language', 'home'),
('cancelled', 'home'),
('unsubscribe', 'home'),
('subscribe', 'home');

insert into wa.flow_entries (kind, value, action, to_state, locale) values
('keyword', 'menu', 'enter', 'home', null),
('keyword', 'hi', 'enter', 'home', 'en'),
('keyword', 'hello', 'enter', 'home', 'en'),
('keyword', 'bonjour', 'enter', 'home', 'fr'),
('keyword', 'salut', 'enter', 'home', 'fr'),
('keyword', 'help', 'enter', 'help', 'en'),
('keyword', 'aide', 'enter', 'help', 'fr'),
('keyword', 'language', 'enter', 'language', 'en'),
('keyword', 'langue', 'enter', 'language', 'fr'),
('keyword', 'stop', 'enter', 'unsubscribe', null),
('keyword', 'unsubscribe', 'enter', 'unsubscribe', 'en'),
('keyword', 'arret', 'enter', 'unsubscribe', 'fr'),
('keyword', 'start', 'enter', 'subscribe', 'en'),
('keyword', 'reprendre', 'enter', 'subscribe', 'fr'),
('keyword', 'back', 'back', null, 'en'),
('keyword', 'retour', 'back', null, 'fr'),
('keyword', 'cancel', 'cancel', null, 'en'),
('keyword', 'annuler', 'cancel', null, 'fr'),
('reply', 'menu', 'enter', 'home', null),
('reply', 'back', 'back', null, null),
('reply', 'cancel', 'cancel', null, null),
('reply', 'menu.help', 'enter', 'help', null),
('reply', 'menu.language', 'enter', 'language', null),
('reply', 'menu.stop', 'enter', 'unsubscribe', null),
('reply', 'subscription.start', 'enter', 'subscribe', null),
('reply_prefix', 'menu.page.', 'enter', 'home', null);

insert into wa.menu_items (reply_id, position, title_key, description_key) values
('menu.language', 800, 'menu.language_title', 'menu.language_description'),
('menu.help', 900, 'menu.help_title', 'menu.help_description'),
('menu.stop', 1000, 'menu.stop_title', 'menu.stop_description');

insert into wa.texts (key, locale, body) values
('home.menu', 'en', 'What would you like to do?'),
('home.menu', 'fr', 'Que souhaitez-vous faire ?'),
('home.unknown', 'en', 'Sorry, I did not understand that. Choose from the menu, or write "help".'),
('home.unknown', 'fr', 'Désolé, je n''ai pas compris. Choisissez dans le menu, ou écrivez « aide ».'),
('home.open_menu', 'en', 'Menu'),
('home.open_menu', 'fr', 'Menu'),
('menu.more', 'en', 'More'),
('menu.more', 'fr', 'Plus'),
('menu.help_title', 'en', 'Help'),
('menu.help_title', 'fr', 'Aide'),
('menu.help_description', 'en', 'What I understand'),
('menu.help_description', 'fr', 'Ce que je comprends'),
('menu.language_title', 'en', 'Language'),
('menu.language_title', 'fr', 'Langue'),
('menu.language_description', 'en', 'Choose the language I speak'),
('menu.language_description', 'fr', 'Choisir la langue que je parle'),
('menu.stop_title', 'en', 'Stop'),
('menu.stop_title', 'fr', 'Arrêter'),
('menu.stop_description', 'en', 'Receive no more messages'),
('menu.stop_description', 'fr', 'Ne plus recevoir de messages'),
(
  'help.body', 'en',
  'Write "menu" to see what I can do, "back" for the step before, "cancel" to give up, "language" to change the language, "stop" to receive nothing more and "start" to come back.' -- noqa: LT05
),
(
  'help.body', 'fr',
  'Écrivez « menu » pour voir ce que je sais faire, « retour » pour l''étape précédente, « annuler » pour abandonner, « langue » pour changer de langue, « stop » pour ne plus rien recevoir et « reprendre » pour revenir.' -- noqa: LT05
),
('language.ask', 'en', 'Which language do you prefer?'),
('language.ask', 'fr', 'Quelle langue préférez-vous ?'),
('language.set', 'en', 'I will speak English from now on.'),
('language.set', 'fr', 'Je parlerai français désormais.'),
('language.choose', 'en', 'Languages'),
('language.choose', 'fr', 'Langues'),
('cancelled.done', 'en', 'Cancelled. Nothing was changed.'),
('cancelled.done', 'fr', 'Annulé. Rien n''a été modifié.'),
('subscription.stopped', 'en', 'You will receive no more messages. Write "start" to come back.'),
('subscription.stopped', 'fr', 'Vous ne recevrez plus de messages. Écrivez « reprendre » pour revenir.'),
('subscription.start', 'en', 'Start again'),
('subscription.start', 'fr', 'Reprendre'),
('subscription.started', 'en', 'Welcome back!'),
('subscription.started', 'fr', 'Heureux de vous revoir !'),
('error.failed', 'en', 'Something went wrong with your last message. We have been told and will look into it.'),
('error.failed', 'fr', 'Un problème est survenu avec votre dernier message. Nous sommes prévenus et allons regarder.');
