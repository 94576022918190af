create table wa.media_objects (
  id uuid not null default gen_random_uuid(),
  sha256 text not null,
  key text generated always as (sha256 || '/' || id::text) stored,
  size_bytes bigint,
  mime_type text,
  stored_at timestamptz,
  unwanted_at timestamptz,
  delete_at timestamptz,
  is_deleted boolean not null default false,
  constraint media_objects_pkey primary key (id),
  constraint media_objects_sha256_is_hexadecimal check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint media_objects_stored_are_known check (
    num_nulls(size_bytes, mime_type, stored_at) in (0, 3) and size_bytes >= 0
  ),
  constraint media_objects_unwanted_are_deleted check (
    (unwanted_at is null) = (delete_at is null) and (unwanted_at is not null or not is_deleted)
  )
);

comment on table wa.media_objects is
'Bytes in the media store, each content once: those that are kept, those that are about to be, and those that are to be deleted. The row is there before the bytes and goes after them, so that none are left behind.';
comment on column wa.media_objects.id is 'New whenever a content comes again after it was unwanted, so that a late deletion meets nothing new.';
comment on column wa.media_objects.sha256 is
'Of the bytes, in hexadecimal: what the webhook said, or a desk that keeps a picture, against which they are checked.';
comment on column wa.media_objects.key is 'Where the bytes are in the store.';
comment on column wa.media_objects.mime_type is 'What the bytes are, by their content.';
comment on column wa.media_objects.stored_at is 'Since when the store has them. Null: not yet.';
comment on column wa.media_objects.unwanted_at is 'Since when no row of wa.media refers to it. Never unset.';
comment on column wa.media_objects.delete_at is 'While unwanted: when a worker may next delete the bytes.';
comment on column wa.media_objects.is_deleted is
'While unwanted: the bytes were deleted once. They are once more, in case somebody was just storing them, and then the row goes.';

create unique index media_objects_wanted_key on wa.media_objects (sha256) where unwanted_at is null;
create index media_objects_delete_idx on wa.media_objects (delete_at) where unwanted_at is not null;

comment on index wa.media_objects_wanted_key is 'A content is stored once.';
comment on index wa.media_objects_delete_idx is 'What a worker is to delete.';

alter table wa.media_objects enable row level security;
create policy media_objects_runtime on wa.media_objects to wa_runtime using (true) with check (true);
create policy media_objects_read on wa.media_objects for select to wa_operator_role using (true);
create policy media_objects_privacy on wa.media_objects for select to wa_privacy using (true);
grant select, insert, update, delete on wa.media_objects to wa_runtime;
grant select on wa.media_objects to wa_privacy, wa_operator_role;

create table wa.media (
  id bigint generated always as identity,
  user_id uuid not null,
  phone_number_id text,
  wa_message_id text,
  kind text not null,
  media_id text,
  declared_type text,
  filename text,
  object_id uuid not null,
  status text not null default 'wanted',
  problem text,
  received_at timestamptz not null,
  expires_at timestamptz not null,
  constraint media_pkey primary key (id),
  constraint media_user_id_fkey foreign key (user_id) references public.profiles (user_id),
  constraint media_object_id_fkey foreign key (object_id) references wa.media_objects (id),
  constraint media_wa_message_id_key unique (wa_message_id),
  constraint media_kind_is_known check (kind in ('image', 'document', 'video', 'voice', 'audio', 'sticker')),
  constraint media_status_is_known check (status in ('wanted', 'stored', 'refused', 'failed')),
  constraint media_problems_are_told check ((status in ('refused', 'failed')) = (problem is not null)),
  constraint media_of_users_have_metas_ids check ((wa_message_id is null) = (media_id is null))
);

comment on table wa.media is
'Pictures, documents and the like that users sent and somebody wants, and pictures that colleagues sent them: what each was, whose, and how long it is kept.';
comment on column wa.media.user_id is 'Who sent it, or to whom a colleague did.';
comment on column wa.media.wa_message_id is 'The message of a user that brought it, which has no other. Null: a colleague sent it.';
comment on column wa.media.kind is 'As a flow''s entries name it: image, document, video, voice, audio, sticker.';
comment on column wa.media.media_id is 'Meta''s id of it, good for seven days. Null: a colleague sent it.';
comment on column wa.media.declared_type is 'Its MIME type in the sender''s words.';
comment on column wa.media.filename is 'A document''s name in the sender''s words.';
comment on column wa.media.object_id is 'The bytes, which others may have sent as well.';
comment on column wa.media.status is
'wanted until a worker has it, or until a colleague''s picture is in the store and its answer queued; stored; refused, since it is too large or not what it says; failed, since Meta or the store did not give or take it.';
comment on column wa.media.problem is 'Why it was refused or has failed.';
comment on column wa.media.expires_at is 'When retention removes it, and the bytes with the last that refers to them.';

create index media_user_id_idx on wa.media (user_id);
create index media_object_id_idx on wa.media (object_id);
create index media_expires_idx on wa.media (expires_at);

comment on index wa.media_user_id_idx is 'For the foreign key, a merge, and whoever erases a person.';
comment on index wa.media_object_id_idx is 'Whether anybody refers to the bytes.';
comment on index wa.media_expires_idx is 'What retention removes, oldest first.';

alter table wa.media enable row level security;
create policy media_runtime on wa.media to wa_runtime using (true) with check (true);
create policy media_read on wa.media for select to wa_operator_role using (true);
create policy media_maintenance on wa.media to wa_maintenance using (true);
create policy media_privacy on wa.media to wa_privacy using (true);
grant select, insert, update on wa.media to wa_runtime;
grant select, delete on wa.media to wa_maintenance, wa_privacy;
grant select on wa.media to wa_operator_role;
