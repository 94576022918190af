insert into wa.settings (key, value, description, value_type, minimum, maximum, pattern) values
('market_offer_days', '30', 'How long an offer is open, from when it was made or renewed.', 'number', 0.01, 3650, null),
('market_ended_days', '90', 'How long an offer is kept after it ended.', 'number', 0, 3650, null),
('market_radius_km', '50', 'Up to how far away offers are found near a place.', 'number', 0.1, 20100, null),
(
  'market_reports_to_hide', '3', 'How many people have to report an offer to hide it until an operator judges.',
  'integer', 1, 1000, null
),
(
  'market_template', '""',
  'The approved template that brings a text outside the 24-hour window. Empty: the text waits for its reader.',
  'string', null, null, '^[a-z0-9_]*$'
);

insert into wa.alert_kinds (kind, level, meaning, next_step) values
(
  'market_offer_hidden', 'warning', 'people reported an offer, so that nobody finds it any more',
  'Look at it in wa.market_offers, then select wa.judge_market_offer(offer_id, is_fine).'
);

create table wa.market_offers (
  offer_id uuid not null default gen_random_uuid(),
  seller_id uuid not null,
  title text not null,
  words text not null,
  search tsvector not null generated always as (to_tsvector('pg_catalog.simple'::regconfig, words)) stored,
  price_minor bigint not null,
  currency text not null,
  latitude double precision not null,
  longitude double precision not null,
  picture bigint,
  status text not null default 'open',
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  constraint market_offers_pkey primary key (offer_id),
  constraint market_offers_offer_id_seller_id_key unique (offer_id, seller_id),
  constraint market_offers_seller_id_fkey foreign key (seller_id) references public.profiles (user_id),
  constraint market_offers_title_is_short check (char_length(title) between 1 and 60),
  constraint market_offers_price_is_an_amount check (price_minor between 0 and 1000000000000000),
  constraint market_offers_currency_is_iso_4217 check (currency ~ '^[A-Z]{3}$'),
  constraint market_offers_place_is_on_earth check (latitude between -90 and 90 and longitude between -180 and 180),
  constraint market_offers_status_is_known check (status in ('open', 'closed', 'expired', 'hidden')),
  constraint market_offers_what_ended_has_a_time check ((status = 'open') = (ended_at is null))
) with (fillfactor = 80);

comment on table wa.market_offers is 'What somebody offers: a thing with its price, place and picture. Reached through the market RPCs.';
comment on column wa.market_offers.title is 'What it is, on one line of at most 60 characters.';
comment on column wa.market_offers.words is 'The title as wa.fold_text has it: what a search is compared with.';
comment on column wa.market_offers.price_minor is 'In minor units of the currency; 0: for free.';
comment on column wa.market_offers.latitude is 'Degrees north (WGS 84). Nobody but its seller learns more than the distance.';
comment on column wa.market_offers.picture is
'Of wa.media, without a key: retention and erasures take pictures away, and an offer is one without.';
comment on column wa.market_offers.status is
'open: found until expires_at. closed by its seller. expired: renewed by its seller, or gone. hidden: people reported it.';
comment on column wa.market_offers.ended_at is 'Since when it is not open. Null while it is.';
comment on constraint market_offers_offer_id_seller_id_key on wa.market_offers is
'What a talk refers to, so that nobody talks with themselves.';

create index market_offers_search_idx on wa.market_offers using gin (search) where status = 'open';
create index market_offers_latitude_idx on wa.market_offers (latitude) where status = 'open';
create index market_offers_created_at_idx on wa.market_offers (created_at) where status = 'open';
create index market_offers_seller_id_idx on wa.market_offers (seller_id);
create index market_offers_expires_at_idx on wa.market_offers (expires_at) where status = 'open';
create index market_offers_ended_at_idx on wa.market_offers (ended_at) where status <> 'open';

comment on index wa.market_offers_search_idx is 'Offers by words, and by how words begin.';
comment on index wa.market_offers_latitude_idx is 'Offers near a place: those of its latitudes.';
comment on index wa.market_offers_created_at_idx is 'The newest offers.';
comment on index wa.market_offers_seller_id_idx is 'The offers of one person.';
comment on index wa.market_offers_expires_at_idx is 'What is to expire.';
comment on index wa.market_offers_ended_at_idx is 'What retention lets go, oldest first.';

create table wa.market_talks (
  talk_id uuid not null default gen_random_uuid(),
  offer_id uuid not null,
  seller_id uuid not null,
  buyer_id uuid not null,
  opened_at timestamptz not null default now(),
  ended_at timestamptz,
  constraint market_talks_pkey primary key (talk_id),
  constraint market_talks_offer_id_buyer_id_key unique (offer_id, buyer_id),
  constraint market_talks_offer_fkey foreign key (offer_id, seller_id)
  references wa.market_offers (offer_id, seller_id) on update cascade on delete cascade,
  constraint market_talks_buyer_id_fkey foreign key (buyer_id) references public.profiles (user_id),
  constraint market_talks_are_between_two check (buyer_id <> seller_id)
);

comment on table wa.market_talks is
'Who asks about which offer: at most one row a pair. What is said goes through the bot, so that neither learns the other''s number.';
comment on column wa.market_talks.seller_id is 'The offer''s, which the key keeps equal.';
comment on column wa.market_talks.ended_at is 'When either of the two wanted no more of it. Null: both may write.';

create index market_talks_buyer_id_idx on wa.market_talks (buyer_id);
comment on index wa.market_talks_buyer_id_idx is 'What one person asks about.';

create table wa.market_lines (
  line_id bigint generated always as identity,
  talk_id uuid not null,
  sender_id uuid not null,
  notification_id bigint not null,
  said_at timestamptz not null default now(),
  constraint market_lines_pkey primary key (line_id),
  constraint market_lines_talk_id_fkey foreign key (talk_id) references wa.market_talks (talk_id) on delete cascade,
  constraint market_lines_sender_id_fkey foreign key (sender_id) references public.profiles (user_id)
);

comment on table wa.market_lines is 'That somebody said something in a talk. The text is in the message that brought it to the other.';
comment on column wa.market_lines.notification_id is
'Of public.notifications, without a key: by it an erasure finds what its sender wrote to others.';

create index market_lines_talk_id_idx on wa.market_lines (talk_id);
create index market_lines_sender_id_idx on wa.market_lines (sender_id);

comment on index wa.market_lines_talk_id_idx is 'For the foreign key.';
comment on index wa.market_lines_sender_id_idx is 'What one person said.';

create table wa.market_reports (
  offer_id uuid not null,
  reporter_id uuid not null,
  reported_at timestamptz not null default now(),
  constraint market_reports_pkey primary key (offer_id, reporter_id),
  constraint market_reports_offer_id_fkey
  foreign key (offer_id) references wa.market_offers (offer_id) on delete cascade,
  constraint market_reports_reporter_id_fkey foreign key (reporter_id) references public.profiles (user_id)
);

comment on table wa.market_reports is 'Who says that an offer should not be there: everybody once.';

create index market_reports_reporter_id_idx on wa.market_reports (reporter_id);
comment on index wa.market_reports_reporter_id_idx is 'What one person reported.';

alter table wa.market_offers enable row level security;
alter table wa.market_talks enable row level security;
alter table wa.market_lines enable row level security;
alter table wa.market_reports enable row level security;

create policy market_offers_runtime on wa.market_offers to wa_runtime using (true) with check (true);
create policy market_talks_runtime on wa.market_talks to wa_runtime using (true) with check (true);
create policy market_lines_runtime on wa.market_lines to wa_runtime using (true) with check (true);
create policy market_reports_runtime on wa.market_reports to wa_runtime using (true) with check (true);

create policy market_offers_operate on wa.market_offers for select to wa_operator_role using (true);
create policy market_talks_operate on wa.market_talks for select to wa_operator_role using (true);
create policy market_reports_operate on wa.market_reports for select to wa_operator_role using (true);

create policy market_offers_privacy on wa.market_offers to wa_privacy using (true);
create policy market_talks_privacy on wa.market_talks to wa_privacy using (true);
create policy market_lines_privacy on wa.market_lines to wa_privacy using (true);
create policy market_reports_privacy on wa.market_reports to wa_privacy using (true);

grant select, insert, delete, update (seller_id, status, expires_at, ended_at) on wa.market_offers to wa_runtime;
grant select, insert, delete, update (buyer_id, ended_at) on wa.market_talks to wa_runtime;
grant select, insert, update (talk_id, sender_id) on wa.market_lines to wa_runtime;
grant select, insert, delete, update (reporter_id) on wa.market_reports to wa_runtime;
grant select on wa.market_offers, wa.market_talks, wa.market_reports to wa_operator_role;
grant select, delete on wa.market_offers, wa.market_talks, wa.market_lines, wa.market_reports to wa_privacy;
