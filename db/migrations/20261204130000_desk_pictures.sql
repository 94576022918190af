-- Only the desk, which comes with them, and operators read rows without a message of a user.
alter table wa.media
-- squawk-ignore ban-drop-not-null
alter column wa_message_id drop not null,
-- squawk-ignore ban-drop-not-null
alter column media_id drop not null,
add constraint media_of_users_have_metas_ids check ((wa_message_id is null) = (media_id is null)) not valid;

comment on table wa.media is
'Pictures, documents and the like that users sent and somebody wants, and pictures that colleagues sent them: what each was, whose, and how long it is kept.';
comment on column wa.media.user_id is 'Who sent it, or to whom a colleague did.';
comment on column wa.media.wa_message_id is 'The message of a user that brought it, which has no other. Null: a colleague sent it.';
comment on column wa.media.media_id is 'Meta''s id of it, good for seven days. Null: a colleague sent it.';
comment on column wa.media.status is
'wanted until a worker has it, or until a colleague''s picture is in the store and its answer queued; stored; refused, since it is too large or not what it says; failed, since Meta or the store did not give or take it.';
comment on column wa.media_objects.sha256 is
'Of the bytes, in hexadecimal: what the webhook said, or a desk that keeps a picture, against which they are checked.';
