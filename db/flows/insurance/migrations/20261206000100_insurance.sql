create table public.insurance_cases (
  id bigint generated always as identity,
  user_id uuid not null,
  phone_number_id text,
  insured_name text not null,
  status text not null default 'draft',
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  submitted_at timestamptz,
  closed_at timestamptz,
  constraint insurance_cases_pkey primary key (id),
  constraint insurance_cases_id_status_key unique (id, status),
  constraint insurance_cases_user_id_fkey foreign key (user_id) references public.profiles (user_id),
  constraint insurance_cases_name_can_be_read check (
    char_length(insured_name) between 2 and 100 and insured_name ~ e'^\\S.*\\S$' and insured_name !~ e'[\\n\\r]'
  ),
  constraint insurance_cases_status_is_known check (
    status in ('draft', 'submitted', 'returned', 'accepted', 'declined', 'withdrawn')
  ),
  constraint insurance_cases_staff_see_what_was_submitted check (
    status in ('draft', 'withdrawn') or submitted_at is not null
  ),
  constraint insurance_cases_closed_have_an_end check (
    (status in ('accepted', 'declined', 'withdrawn')) = (closed_at is not null)
  )
);

comment on table public.insurance_cases is
'What people ask to have insured: one open case a person, which the person fills in, submits, and staff decide.';
comment on column public.insurance_cases.phone_number_id is 'The business number that was written to, which the decision is told by.';
comment on column public.insurance_cases.insured_name is 'Who is to be insured, in the person''s own words.';
comment on column public.insurance_cases.status is
'draft and returned: the person''s turn; submitted: that of staff; accepted, declined and withdrawn: closed.';
comment on column public.insurance_cases.changed_at is 'When person or staff last did something about it.';

create unique index insurance_cases_open_idx on public.insurance_cases (user_id) where closed_at is null;
create index insurance_cases_user_id_idx on public.insurance_cases (user_id);
create index insurance_cases_waiting_idx on public.insurance_cases (submitted_at) where status = 'submitted';
create index insurance_cases_changed_idx on public.insurance_cases (changed_at);

comment on index public.insurance_cases_open_idx is 'A person has one open case at most.';
comment on index public.insurance_cases_user_id_idx is 'For the foreign key, a merge, and whoever erases a person.';
comment on index public.insurance_cases_waiting_idx is 'The cases that staff are to decide, in their order.';
comment on index public.insurance_cases_changed_idx is 'What retention purges.';

create table public.insurance_documents (
  case_id bigint not null,
  case_status text not null default 'draft',
  document text not null,
  media_id bigint,
  received_at timestamptz,
  task_id bigint,
  note text,
  constraint insurance_documents_pkey primary key (case_id, document),
  -- The status comes along, so that a check can ask for what a submitted case has.
  constraint insurance_documents_case_fkey foreign key (case_id, case_status)
  references public.insurance_cases (id, status) on update cascade on delete cascade,
  constraint insurance_documents_media_id_fkey foreign key (media_id) references wa.media (id) on delete set null,
  constraint insurance_documents_are_there_when_submitted check (
    case_status not in ('submitted', 'accepted', 'declined') or received_at is not null
  )
);

comment on table public.insurance_documents is 'The documents of a case: a row each from its beginning, as the flow declares them.';
comment on column public.insurance_documents.case_status is 'That of the case, which a foreign key keeps equal.';
comment on column public.insurance_documents.document is 'Its name in flow.sql, without the flow''s prefix.';
comment on column public.insurance_documents.media_id is
'The row of wa.media with its picture or PDF. Null before it was stored, and when that has been purged.';
comment on column public.insurance_documents.received_at is 'When it was stored. Null: the person is to send it.';
comment on column public.insurance_documents.task_id is
'The task that fetches or reads it, whose result the person may meet later. Null: there is nothing to wait for.';
comment on column public.insurance_documents.note is 'What staff find wrong with it, until another is there.';

create index insurance_documents_media_id_idx on public.insurance_documents (media_id);
comment on index public.insurance_documents_media_id_idx is 'For the foreign key: whatever deletes media asks for it.';

create table public.insurance_fields (
  case_id bigint not null,
  case_status text not null default 'draft',
  document text not null,
  field text not null,
  value text,
  confidence numeric,
  confirmed_at timestamptz,
  note text,
  constraint insurance_fields_pkey primary key (case_id, document, field),
  constraint insurance_fields_case_fkey foreign key (case_id, case_status)
  references public.insurance_cases (id, status) on update cascade on delete cascade,
  constraint insurance_fields_document_fkey foreign key (case_id, document)
  references public.insurance_documents (case_id, document) on delete cascade,
  constraint insurance_fields_are_confirmed_when_submitted check (
    case_status not in ('submitted', 'accepted', 'declined') or confirmed_at is not null
  ),
  constraint insurance_fields_confirmed_have_a_value check (confirmed_at is null or value is not null),
  constraint insurance_fields_value_is_short check (char_length(value) between 1 and 100),
  constraint insurance_fields_confidence_is_a_share check (confidence between 0 and 1),
  constraint insurance_fields_date_is_in_one_form check (
    field <> 'valid_until' or value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
  ),
  constraint insurance_fields_plate_is_in_one_form check (field <> 'plate' or value ~ '^[A-Z0-9]{4,10}$'),
  constraint insurance_fields_vin_is_in_one_form check (field <> 'vin' or value ~ '^[A-HJ-NPR-Z0-9]{17}$')
);

comment on table public.insurance_fields is 'The fields of a case''s documents, as they were read or typed, and as the person confirmed them.';
comment on column public.insurance_fields.case_status is 'That of the case, which a foreign key keeps equal.';
comment on column public.insurance_fields.value is 'In one form: a date as YYYY-MM-DD, a plate in capitals without spaces.';
comment on column public.insurance_fields.confidence is 'How sure OCR was of what it read, 0 to 1. Null: the person typed it.';
comment on column public.insurance_fields.confirmed_at is 'When the person said that it is right. Null: not yet, or it is asked again.';
comment on column public.insurance_fields.note is 'What staff find wrong with it, until it is confirmed again.';

create table public.insurance_decisions (
  case_id bigint not null,
  number integer not null,
  decision text not null,
  reason text,
  wrong jsonb,
  decided_by text not null,
  decided_at timestamptz not null default now(),
  constraint insurance_decisions_pkey primary key (case_id, number),
  constraint insurance_decisions_case_id_fkey foreign key (case_id)
  references public.insurance_cases (id) on delete cascade,
  constraint insurance_decisions_decision_is_known check (decision in ('accepted', 'declined', 'returned')),
  constraint insurance_decisions_returned_say_what_is_wrong check ((decision = 'returned') = (wrong is not null)),
  constraint insurance_decisions_declined_say_why check (decision <> 'declined' or reason is not null),
  constraint insurance_decisions_are_numbered_from_one check (number > 0)
);

comment on table public.insurance_decisions is 'What staff decided about a case, in their order: returned any number of times, closed once.';
comment on column public.insurance_decisions.reason is 'In words for the person.';
comment on column public.insurance_decisions.wrong is
'What the person is to send or type again, and why: an object with certificate or certificate.plate for keys.';
comment on column public.insurance_decisions.decided_by is 'Who, by the name that they gave or the role that was logged in.';

create unique index insurance_decisions_closing_idx on public.insurance_decisions (case_id)
where decision <> 'returned';
comment on index public.insurance_decisions_closing_idx is 'A case is accepted or declined once, however many decide.';

alter table public.insurance_cases enable row level security;
alter table public.insurance_documents enable row level security;
alter table public.insurance_fields enable row level security;
alter table public.insurance_decisions enable row level security;

create policy insurance_cases_runtime on public.insurance_cases to wa_runtime using (true) with check (true);
create policy insurance_documents_runtime on public.insurance_documents to wa_runtime using (true) with check (true);
create policy insurance_fields_runtime on public.insurance_fields to wa_runtime using (true) with check (true);
create policy insurance_decisions_runtime on public.insurance_decisions to wa_runtime using (true) with check (true);
create policy insurance_cases_privacy on public.insurance_cases to wa_privacy using (true);

grant select, insert, delete, update (user_id, status, changed_at, submitted_at, closed_at)
on public.insurance_cases to wa_runtime;
grant select, insert, update (media_id, received_at, task_id, note) on public.insurance_documents to wa_runtime;
grant select, insert, update (value, confidence, confirmed_at, note) on public.insurance_fields to wa_runtime;
grant select, insert on public.insurance_decisions to wa_runtime;
grant select, delete on public.insurance_cases to wa_privacy;

do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'anon') then
    revoke all on table public.insurance_cases, public.insurance_documents, public.insurance_fields,
    public.insurance_decisions from anon;
    revoke all on sequence public.insurance_cases_id_seq from anon;
  end if;
  if exists (select from pg_catalog.pg_roles where rolname = 'authenticated') then
    revoke all on table public.insurance_cases, public.insurance_documents, public.insurance_fields,
    public.insurance_decisions from authenticated;
    revoke all on sequence public.insurance_cases_id_seq from authenticated;
  end if;
end
$$;

insert into wa.settings (key, value, description, value_type, minimum, maximum) values
(
  'insurance_cases_ttl_days', '365',
  'How long a case is kept after something last happened in it. One that waits for staff stays.',
  'integer', 1, 36500
),
(
  'insurance_wait_hours', '24',
  'After how many hours an alert tells of a case that staff have not decided.',
  'integer', 0, 8760
);

insert into wa.settings (key, value, description, value_type, pattern) values
(
  'insurance_template', '""',
  'The template that tells outside the 24-hour window of a decision, with the case''s number. Empty: none does.',
  'string', '^[a-z0-9_]*$'
);
