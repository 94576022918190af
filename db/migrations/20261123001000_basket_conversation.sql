insert into wa.flow_states (state, flow, step_function, back_to, expires_after, description) values
(
  'basket_list', 'basket', 'step_basket_list', null,
  interval '1 day', 'Lists the user''s baskets.'
),
(
  'basket_detail', 'basket', 'step_basket_detail', 'basket_list',
  interval '1 day', 'Shows one basket and what can be done with it.'
),
(
  'basket_share', 'basket', 'step_basket_share', 'basket_detail',
  interval '1 day', 'Sends the link and the QR code of a basket.'
),
(
  'basket_join', 'basket_join', 'step_basket_join', null,
  interval '1 day', 'Joins a basket that the user sees; leads on at once.'
),
(
  'basket_join_code', 'basket_join', 'step_basket_join_code', null,
  interval '1 day', 'Asks for a basket''s code.'
),
(
  'basket_join_confirm', 'basket_join', 'step_basket_join_confirm', null,
  interval '1 day', 'Asks whether to join the basket whose link was opened.'
),
(
  'basket_leave', 'basket', 'step_basket_leave', 'basket_detail',
  interval '1 day', 'Asks whether to leave a basket.'
),
(
  'basket_close', 'basket', 'step_basket_close', 'basket_detail',
  interval '1 day', 'Asks the owner whether to close a basket.'
),
(
  'basket_contribute_amount', 'basket_contribute', 'step_basket_contribute_amount', 'basket_detail',
  interval '1 day', 'Asks how much to put into a basket.'
),
(
  'basket_contribute_confirm', 'basket_contribute', 'step_basket_contribute_confirm', 'basket_contribute_amount',
  interval '1 day', 'Asks whether the amount is right.'
),
(
  'basket_create_name', 'basket_create', 'step_basket_create_name', null,
  interval '1 day', 'Asks for the name of a new basket.'
),
(
  'basket_create_visibility', 'basket_create', 'step_basket_create_visibility', 'basket_create_name',
  interval '1 day', 'Asks whether a new basket is private or public.'
),
(
  'basket_create_goal', 'basket_create', 'step_basket_create_goal', 'basket_create_visibility',
  interval '1 day', 'Asks for the goal of a new basket.'
),
(
  'basket_create_place', 'basket_create', 'step_basket_create_place', 'basket_create_goal',
  interval '1 day', 'Asks where a new public basket is.'
),
(
  'basket_create_confirm', 'basket_create', 'step_basket_create_confirm', 'basket_create_goal',
  interval '1 day', 'Asks whether to create the basket.'
),
(
  'basket_nearby_place', 'basket_nearby', 'step_basket_nearby_place', null,
  interval '1 day', 'Asks where the user is.'
),
(
  'basket_nearby_list', 'basket_nearby', 'step_basket_nearby_list', 'basket_nearby_place',
  interval '1 day', 'Lists public baskets by distance.'
);

insert into wa.flow_transitions (from_state, to_state) values
('basket_detail', 'basket_list'),
('basket_share', 'basket_detail'),
('basket_share', 'basket_list'),
('basket_join', 'basket_detail'),
('basket_join', 'basket_list'),
('basket_join', 'basket_join_code'),
('basket_join', 'home'),
('basket_join_code', 'basket_detail'),
('basket_join_code', 'home'),
('basket_join_confirm', 'basket_detail'),
('basket_join_confirm', 'basket_join_code'),
('basket_join_confirm', 'home'),
('basket_leave', 'basket_list'),
('basket_leave', 'basket_detail'),
('basket_close', 'basket_list'),
('basket_close', 'basket_detail'),
('basket_contribute_amount', 'basket_contribute_confirm'),
('basket_contribute_amount', 'basket_detail'),
('basket_contribute_amount', 'basket_list'),
('basket_contribute_confirm', 'basket_detail'),
('basket_contribute_confirm', 'basket_list'),
('basket_create_name', 'basket_create_visibility'),
('basket_create_visibility', 'basket_create_goal'),
('basket_create_goal', 'basket_create_place'),
('basket_create_goal', 'basket_create_confirm'),
('basket_create_place', 'basket_create_confirm'),
('basket_create_confirm', 'basket_detail'),
('basket_nearby_place', 'basket_nearby_list');

insert into wa.flow_entries (kind, value, action, to_state, locale) values
('keyword', 'baskets', 'enter', 'basket_list', 'en'),
('keyword', 'my baskets', 'enter', 'basket_list', 'en'),
('keyword', 'paniers', 'enter', 'basket_list', 'fr'),
('keyword', 'mes paniers', 'enter', 'basket_list', 'fr'),
('keyword', 'new basket', 'enter', 'basket_create_name', 'en'),
('keyword', 'nouveau panier', 'enter', 'basket_create_name', 'fr'),
('keyword', 'join', 'enter', 'basket_join_code', 'en'),
('keyword', 'rejoindre', 'enter', 'basket_join_code', 'fr'),
('keyword', 'nearby', 'enter', 'basket_nearby_place', 'en'),
('keyword', 'a proximite', 'enter', 'basket_nearby_place', 'fr'),
('reply', 'menu.baskets', 'enter', 'basket_list', null),
('reply', 'menu.basket_create', 'enter', 'basket_create_name', null),
('reply', 'menu.basket_join', 'enter', 'basket_join_code', null),
('reply', 'menu.basket_nearby', 'enter', 'basket_nearby_place', null),
('reply_prefix', 'basket.page.', 'enter', 'basket_list', null),
('reply_prefix', 'basket.detail.', 'enter', 'basket_detail', null),
('reply_prefix', 'basket.share.', 'enter', 'basket_share', null),
('reply_prefix', 'basket.join.', 'enter', 'basket_join', null),
('reply_prefix', 'basket.contribute.', 'enter', 'basket_contribute_amount', null),
('reply_prefix', 'basket.leave.', 'enter', 'basket_leave', null),
('reply_prefix', 'basket.close.', 'enter', 'basket_close', null),
('deep_link', 'JB:', 'enter', 'basket_join_confirm', null);

insert into wa.menu_items (reply_id, position, title_key, description_key) values
('menu.baskets', 100, 'menu.baskets_title', 'menu.baskets_description'),
('menu.basket_create', 200, 'menu.basket_create_title', 'menu.basket_create_description'),
('menu.basket_join', 300, 'menu.basket_join_title', 'menu.basket_join_description'),
('menu.basket_nearby', 400, 'menu.basket_nearby_title', 'menu.basket_nearby_description');
