insert into wa.settings (key, value, description, value_type, minimum, maximum, pattern) values
('ride_match_km', '5', 'How far apart two trips may begin, and end, to fit each other.', 'number', 0.1, 100, null),
('ride_match_minutes', '60', 'How far apart two trips may set out to fit each other.', 'integer', 1, 1440, null),
('ride_reminder_minutes', '60', 'How long before a ride both sides are reminded of it.', 'integer', 1, 10080, null),
('ride_trips_ttl_days', '30', 'How long after its departure a trip is kept.', 'number', 1, 3650, null),
(
  'ride_template', '""',
  'The approved template that tells of news about a ride outside the 24-hour window. Empty: it waits for the user.',
  'string', null, null, '^[a-z0-9_]*$'
);

create table wa.ride_trips (
  trip_id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  role text not null,
  from_name text not null,
  from_latitude double precision not null,
  from_longitude double precision not null,
  to_name text not null,
  to_latitude double precision not null,
  to_longitude double precision not null,
  departs_at timestamptz not null,
  seats integer not null,
  seats_taken integer not null default 0,
  cancelled_at timestamptz,
  created_at timestamptz not null default now(),
  constraint ride_trips_pkey primary key (trip_id),
  constraint ride_trips_trip_id_role_key unique (trip_id, role),
  constraint ride_trips_user_id_fkey foreign key (user_id) references public.profiles (user_id),
  constraint ride_trips_role_is_known check (role in ('driver', 'passenger')),
  constraint ride_trips_names_are_short check (
    char_length(from_name) between 1 and 60 and char_length(to_name) between 1 and 60
  ),
  constraint ride_trips_places_are_on_earth check (
    from_latitude between -90 and 90 and from_longitude between -180 and 180
    and to_latitude between -90 and 90 and to_longitude between -180 and 180
  ),
  constraint ride_trips_seats_fit_a_car check (seats between 1 and 8),
  constraint ride_trips_nobody_is_left_standing check (seats_taken between 0 and seats),
  constraint ride_trips_cancelled_ones_take_nobody check (cancelled_at is null or seats_taken = 0)
) with (fillfactor = 80);

comment on table wa.ride_trips is
'What somebody offers or looks for: a ride from one place to another at a time. Reached through the ride RPCs.';
comment on column wa.ride_trips.role is 'driver: offers seats. passenger: looks for them.';
comment on column wa.ride_trips.from_name is 'What its owner, or the map, calls the place where it begins; at most 60 characters.';
comment on column wa.ride_trips.from_latitude is 'Degrees north (WGS 84). Shown only to whom the owner rides with.';
comment on column wa.ride_trips.seats is 'A driver''s: how many there are for others. A passenger''s: how many are needed.';
comment on column wa.ride_trips.seats_taken is
'Those of matches that are agreed, kept by a trigger on wa.ride_matches: all or none of a passenger''s.';
comment on column wa.ride_trips.cancelled_at is 'When its owner called it off; null: it takes place.';
comment on constraint ride_trips_trip_id_role_key on wa.ride_trips is 'What a match refers to, so that it joins a driver and a passenger.';
comment on constraint ride_trips_nobody_is_left_standing on wa.ride_trips is
'Whoever agrees to what, and however many do at the same moment: no car is overbooked, and no passenger has two.';

create index ride_trips_departs_at_idx on wa.ride_trips (role, departs_at) where cancelled_at is null;
comment on index wa.ride_trips_departs_at_idx is 'What could fit a trip: the other role''s, around its time.';
create index ride_trips_user_id_idx on wa.ride_trips (user_id, departs_at);
comment on index wa.ride_trips_user_id_idx is 'The trips of one person.';
create index ride_trips_expiry_idx on wa.ride_trips (departs_at);
comment on index wa.ride_trips_expiry_idx is 'What retention lets go, oldest first.';

create table wa.ride_matches (
  match_id uuid not null default gen_random_uuid(),
  driver_trip_id uuid not null,
  driver_role text not null generated always as ('driver') stored,
  passenger_trip_id uuid not null,
  passenger_role text not null generated always as ('passenger') stored,
  asked_by text not null,
  status text not null default 'asked',
  asked_at timestamptz not null default now(),
  settled_at timestamptz,
  constraint ride_matches_pkey primary key (match_id),
  constraint ride_matches_trips_key unique (driver_trip_id, passenger_trip_id),
  constraint ride_matches_driver_trip_id_fkey
  foreign key (driver_trip_id, driver_role) references wa.ride_trips (trip_id, role),
  constraint ride_matches_passenger_trip_id_fkey
  foreign key (passenger_trip_id, passenger_role) references wa.ride_trips (trip_id, role),
  constraint ride_matches_asked_by_is_known check (asked_by in ('driver', 'passenger')),
  constraint ride_matches_status_is_known check (status in ('asked', 'agreed', 'declined', 'cancelled')),
  constraint ride_matches_settled_have_a_time check ((status = 'asked') = (settled_at is null))
) with (fillfactor = 80);

comment on table wa.ride_matches is
'Two trips that one side asked to make one ride: at most one row a pair, whoever asked first.';
comment on column wa.ride_matches.driver_role is 'Always driver: of the key that sees to it that this trip is a driver''s.';
comment on column wa.ride_matches.passenger_role is 'Always passenger, as driver_role is driver.';
comment on column wa.ride_matches.asked_by is 'driver or passenger: the other one answers.';
comment on column wa.ride_matches.status is
'asked: one side wants it. agreed: both do, and the passenger''s seats are taken. declined: the other does not. cancelled: called off by either.';
comment on column wa.ride_matches.settled_at is 'When it was last agreed, declined or cancelled.';

create index ride_matches_passenger_trip_id_idx on wa.ride_matches (passenger_trip_id);
comment on index wa.ride_matches_passenger_trip_id_idx is 'What a passenger''s trip was asked, or asks.';

alter table wa.ride_trips enable row level security;
alter table wa.ride_matches enable row level security;

create policy ride_trips_runtime on wa.ride_trips to wa_runtime using (true) with check (true);
create policy ride_matches_runtime on wa.ride_matches to wa_runtime using (true) with check (true);
create policy ride_trips_operate on wa.ride_trips for select to wa_operator_role using (true);
create policy ride_matches_operate on wa.ride_matches for select to wa_operator_role using (true);

grant select, insert, delete, update (user_id, seats_taken, cancelled_at) on wa.ride_trips to wa_runtime;
grant select, insert, delete, update (status, settled_at) on wa.ride_matches to wa_runtime;
grant select on wa.ride_trips, wa.ride_matches to wa_operator_role;
