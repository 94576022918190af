-- Written by `make schema`: what a migrated database holds. For reading, never run.

CREATE SCHEMA public;

ALTER SCHEMA public OWNER TO pg_database_owner;

COMMENT ON SCHEMA public IS 'standard public schema';

CREATE SCHEMA wa;

COMMENT ON SCHEMA wa IS 'Private to wa-webhook: helpers, types and internal tables. The contract with callers is in public.';

CREATE TYPE wa.message AS (
	wa_message_id text,
	waba_id text,
	phone_number_id text,
	message_type text,
	status text,
	opens_window boolean,
	sent_at timestamp with time zone,
	sequence bigint,
	phone text,
	bsuid text,
	parent_bsuid text,
	display_name text,
	body text,
	reply_id text,
	content jsonb,
	contact jsonb,
	user_id uuid,
	home_state text
);

COMMENT ON TYPE wa.message IS 'One message out of a webhook: Meta''s ids, type and time, the status that wa_events will give it, whether it opens the 24-hour window, its place in the payload, the sender''s number (with a plus sign), BSUID, parent BSUID and name, the text typed or tapped, the id tapped, Meta''s message and contact objects, the sender''s profile once it is known, and the state in which chats with the business number begin (null: home).';

CREATE TYPE wa.chat AS (
	user_id uuid,
	recipient text,
	display_name text,
	locale text,
	phone_number_id text,
	state text,
	data jsonb,
	expires_at timestamp with time zone,
	is_entered boolean,
	message wa.message,
	replies jsonb,
	answered_at timestamp with time zone,
	prefix text
);

COMMENT ON TYPE wa.chat IS 'A conversation while it is moved on, and the one argument of a step: whose it is, how to reach that user, the user''s name and language; the business number; the state, what the chat remembers, and until when; whether the state is being entered rather than answered; the message that was said; the replies to it, in order, and the moment that orders them; what the names of the state''s flow begin with (null: they are whole).';

CREATE TYPE wa.step_result AS (
	next_state text,
	data jsonb,
	replies jsonb
);

COMMENT ON TYPE wa.step_result IS 'What a step decides: the state to move to (null: stay), what the chat remembers (null: unchanged when staying, empty when moving), and an array of Graph API message bodies without recipient.';

CREATE FUNCTION public.basket_close(_profile_id uuid, _basket_id uuid) RETURNS TABLE(basket_id uuid, basket_name text, status text, closed_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.basket_close(_profile_id uuid, _basket_id uuid) OWNER TO wa_basket_owner;

COMMENT ON FUNCTION public.basket_close(_profile_id uuid, _basket_id uuid) IS 'Closes a basket of the profile for good; changes nothing if it is closed already. Raises WA020, WA021, WA022, WA023.';

CREATE FUNCTION public.basket_contribute(_profile_id uuid, _basket_id uuid, _amount_minor bigint, _reference text) RETURNS TABLE(basket_id uuid, basket_name text, amount_minor bigint, balance_minor bigint, currency text, is_new boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.basket_contribute(_profile_id uuid, _basket_id uuid, _amount_minor bigint, _reference text) OWNER TO wa_basket_owner;

COMMENT ON FUNCTION public.basket_contribute(_profile_id uuid, _basket_id uuid, _amount_minor bigint, _reference text) IS 'Records a payment of the profile into an open basket it is in: _amount_minor in minor units of the basket''s currency, once for each _reference, however often it is called. Answers with the balance. Raises WA020, WA021, WA022, WA024, WA032, WA033, WA034.';

CREATE FUNCTION public.basket_create(_profile_id uuid, _whatsapp text, _name text, _is_public boolean, _goal_minor bigint) RETURNS TABLE(basket_id uuid, share_token text, qr_url text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.basket_create(_profile_id uuid, _whatsapp text, _name text, _is_public boolean, _goal_minor bigint) OWNER TO wa_basket_owner;

COMMENT ON FUNCTION public.basket_create(_profile_id uuid, _whatsapp text, _name text, _is_public boolean, _goal_minor bigint) IS 'Creates a basket that the profile owns. _goal_minor: minor units, null for no goal. _is_public: null means private. _whatsapp is accepted for older callers and not used. Raises WA020, WA026, WA027, WA031.';

CREATE FUNCTION public.basket_detail(_profile_id uuid, _basket_id uuid) RETURNS TABLE(id uuid, name text, description text, status text, is_public boolean, member_count integer, balance_minor bigint, goal_minor bigint, currency text, share_token text, is_owner boolean, is_member boolean, owner_name text, owner_whatsapp text, last_activity timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.basket_detail(_profile_id uuid, _basket_id uuid) OWNER TO wa_basket_owner;

COMMENT ON FUNCTION public.basket_detail(_profile_id uuid, _basket_id uuid) IS 'One basket, as a member sees it; anybody sees a public and open one, but without the owner''s number. Amounts in minor units of the currency. Raises WA020, WA021.';

CREATE FUNCTION public.basket_discover_nearby(_profile_id uuid, _lat double precision, _lng double precision, _limit integer) RETURNS TABLE(id uuid, name text, description text, distance_km double precision, member_count integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.basket_discover_nearby(_profile_id uuid, _lat double precision, _lng double precision, _limit integer) OWNER TO wa_basket_owner;

COMMENT ON FUNCTION public.basket_discover_nearby(_profile_id uuid, _lat double precision, _lng double precision, _limit integer) IS 'Public, open baskets with a place that the profile is not in, nearest first, at most _limit (1 to 100). Distances are great circles on a sphere of 6371.0088 km radius. Raises WA020, WA029, WA030.';

CREATE FUNCTION public.basket_generate_qr(_profile_id uuid, _basket_id uuid) RETURNS TABLE(qr_url text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.basket_generate_qr(_profile_id uuid, _basket_id uuid) OWNER TO wa_basket_owner;

COMMENT ON FUNCTION public.basket_generate_qr(_profile_id uuid, _basket_id uuid) IS 'The wa.me link that a QR code of the basket encodes: it opens a chat with the bot and the basket''s code in it. For those who see the basket, while it is open. Raises WA020, WA021, WA024, WA031.';

CREATE FUNCTION public.basket_join_by_code(_profile_id uuid, _whatsapp text, _code text) RETURNS TABLE(basket_id uuid, basket_name text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.basket_join_by_code(_profile_id uuid, _whatsapp text, _code text) OWNER TO wa_basket_owner;

COMMENT ON FUNCTION public.basket_join_by_code(_profile_id uuid, _whatsapp text, _code text) IS 'Makes the profile a member of the basket with this code; changes nothing if it is one. No row: no basket has this code, and the try was counted. _whatsapp is accepted for older callers and not used. Raises WA020, WA024, WA028.';

CREATE FUNCTION public.basket_leave(_profile_id uuid, _basket_id uuid) RETURNS TABLE(basket_id uuid, basket_name text, status text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.basket_leave(_profile_id uuid, _basket_id uuid) OWNER TO wa_basket_owner;

COMMENT ON FUNCTION public.basket_leave(_profile_id uuid, _basket_id uuid) IS 'Takes the profile out of a basket. The basket closes when its last member leaves. Raises WA020, WA021, WA022, WA025.';

CREATE FUNCTION public.basket_list_mine(_profile_id uuid) RETURNS TABLE(id uuid, name text, status text, member_count integer, balance_minor bigint, currency text, is_owner boolean, is_public boolean, goal_minor bigint, last_activity timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.basket_list_mine(_profile_id uuid) OWNER TO wa_basket_owner;

COMMENT ON FUNCTION public.basket_list_mine(_profile_id uuid) IS 'The baskets that the profile is in, open ones first, the most recently active first. Amounts in minor units of the currency. Raises WA020.';

CREATE FUNCTION public.basket_set_description(_profile_id uuid, _basket_id uuid, _description text) RETURNS TABLE(basket_id uuid, basket_name text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.basket_set_description(_profile_id uuid, _basket_id uuid, _description text) OWNER TO wa_basket_owner;

COMMENT ON FUNCTION public.basket_set_description(_profile_id uuid, _basket_id uuid, _description text) IS 'Says what a basket of the profile is for, to people who find it; null or an empty text takes it away. Raises WA020 to WA024 and WA036.';

CREATE FUNCTION public.basket_set_place(_profile_id uuid, _basket_id uuid, _lat double precision, _lng double precision) RETURNS TABLE(basket_id uuid, basket_name text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.basket_set_place(_profile_id uuid, _basket_id uuid, _lat double precision, _lng double precision) OWNER TO wa_basket_owner;

COMMENT ON FUNCTION public.basket_set_place(_profile_id uuid, _basket_id uuid, _lat double precision, _lng double precision) IS 'Says where a basket of the profile is (degrees, WGS 84), so that it is found nearby if it is public; two nulls take the place away. Raises WA020 to WA024 and WA029.';

CREATE FUNCTION public.wa_alerts_claim(worker text) RETURNS TABLE(id bigint, lock_token uuid, alert jsonb)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_alerts_claim(worker text) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_alerts_claim(worker text) IS 'Hands a worker up to ten alerts with news, for 90 seconds. alert is what to post: kind, group_key, level, meaning, next_step, counts, times, and detail. meaning has what an error code of a send means; detail is without anything personal. Settled with wa_alerts_settle.';

CREATE FUNCTION public.wa_alerts_group() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_alerts_group() OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_alerts_group() IS 'Groups what has happened into wa.alerts without handing anything out, for a notifier that has nowhere to deliver alerts. Returns how many alerts have news.';

CREATE FUNCTION public.wa_alerts_settle(results jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_alerts_settle(results jsonb) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_alerts_settle(results jsonb) IS 'Takes whether claimed alerts were delivered: an array of {"id", "lock_token", "delivered", "count"}, count being the one that was posted. An alert that was not is tried again, later each time, and given up after alert_max_attempts. Returns counts.';

CREATE FUNCTION public.wa_conversation(who text, max_messages integer DEFAULT 100, before timestamp with time zone DEFAULT 'infinity'::timestamp with time zone, phone_number_id text DEFAULT NULL::text, with_payload boolean DEFAULT false) RETURNS TABLE(at timestamp with time zone, author text, body text, status text, error text, business_number text, id text, payload jsonb)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_conversation(who text, max_messages integer, before timestamp with time zone, phone_number_id text, with_payload boolean) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_conversation(who text, max_messages integer, before timestamp with time zone, phone_number_id text, with_payload boolean) IS 'One person''s messages in both directions, the latest max_messages (1,000 at most) of those before a moment, newest last: when it was received or queued (what came together lies microseconds apart, in the order in which it took effect), who wrote it (user, bot, app, broadcast, or colleague/ and a name), what it says (null: not kept), its status, with the error of what was not taken, the business number, and its id in wa_events or notifications; with_payload also as Meta has it. Whoever may not see numbers (wa_reader_role) gets them masked, and no payload. who is a number, a BSUID or a user_id. Raises WA043 when there is nobody.';

CREATE FUNCTION public.wa_desk_actions(before timestamp with time zone DEFAULT 'infinity'::timestamp with time zone, max_actions integer DEFAULT 100, who text DEFAULT NULL::text) RETURNS TABLE(at timestamp with time zone, agent text, role text, action text, user_id uuid, phone_number_id text, notification_id bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_desk_actions(before timestamp with time zone, max_actions integer, who text) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_desk_actions(before timestamp with time zone, max_actions integer, who text) IS 'What colleagues did at the desk, the latest max_actions (1,000 at most) of those before a moment, the last first: when, who, as which database role, what, and about whom. who (a number, a BSUID or a user_id) leaves those about one person; raises WA043 when there is nobody.';

CREATE FUNCTION public.wa_desk_conversations(search text DEFAULT NULL::text, max_conversations integer DEFAULT 100) RETURNS TABLE(user_id uuid, phone_number_id text, recipient text, display_name text, agent text, note text, since timestamp with time zone, until timestamp with time zone, waiting_since timestamp with time zone, window_closes_at timestamp with time zone, last_at timestamp with time zone, last_author text, last_text text, last_status text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_desk_conversations(search text, max_conversations integer) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_desk_conversations(search text, max_conversations integer) IS 'What the desk lists: without search the conversations that wait for a person (agent is null) or that somebody has, first those that have waited longest; with search those with people who go by that number, BSUID or user_id, or in whose names words begin so, whatever their case and accents, the bot''s as well (since is null). Each with its last message, 200 characters of it. At most max_conversations, 500 at most. Whoever may not see numbers gets them masked.';

CREATE FUNCTION public.wa_desk_media(message_ids text[]) RETURNS TABLE(message_id text, key text, mime_type text, filename text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_desk_media(message_ids text[]) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_desk_media(message_ids text[]) IS 'Of up to 1,000 messages, by their ids in wa_conversation, those whose picture, document or the like is in the media store, be it a user''s or one that was sent from there: under which key, what it is by its content, and its name where it had one. Whoever knows a key needs the store''s credentials as well.';

CREATE FUNCTION public.wa_desk_note(who text, body text, agent text DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_desk_note(who text, body text, agent text) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_desk_note(who text, body text, agent text) IS 'Notes something about a person for other colleagues, 1 to 2,000 characters, and returns its id. It is erased and handed out with all else about the person. who and agent are as in wa_handover. Raises WA075 for a body that is empty or too long, WA043 when there is nobody, and 40001 to be called again when the person was merged meanwhile.';

CREATE FUNCTION public.wa_desk_note_delete(id bigint, agent text DEFAULT NULL::text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_desk_note_delete(id bigint, agent text) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_desk_note_delete(id bigint, agent text) IS 'Deletes a note, whoever wrote it. False: there is none of this id.';

CREATE FUNCTION public.wa_desk_open(who text, agent text DEFAULT NULL::text, phone_number_id text DEFAULT NULL::text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_desk_open(who text, agent text, phone_number_id text) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_desk_open(who text, agent text, phone_number_id text) IS 'What is known of one conversation before its messages (wa_conversation), for a colleague who opens it, which is recorded once an hour: user_id, phone_number_id, recipient, display_name, locale, opted_out_at, erased_at, window_closes_at, handover (agent, note, since, until, waiting_since; null: the bot has it) and the latest 200 notes (id, at, author, body). who, agent and phone_number_id are as in wa_handover. Whoever may not see numbers gets them masked. Raises WA043 when there is nobody, WA045 for a number that is not ours.';

CREATE FUNCTION public.wa_desk_picture(who text, sha256 text, phone_number_id text DEFAULT NULL::text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_desk_picture(who text, sha256 text, phone_number_id text) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_desk_picture(who text, sha256 text, phone_number_id text) IS 'Before a colleague answers with a picture: where its bytes, of this SHA-256 in hexadecimal, go in the media store (key), and as what they are kept of the person (media), for an hour unless wa_desk_picture_send follows. who and phone_number_id are as in wa_handover. Raises WA043 when there is nobody, WA045 for a number that is not ours, and 40001 to be called again when the person was merged meanwhile.';

CREATE FUNCTION public.wa_desk_picture_send(media bigint, size_bytes bigint, mime_type text, caption text DEFAULT NULL::text, agent text DEFAULT NULL::text, phone_number_id text DEFAULT NULL::text, dedupe_key text DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_desk_picture_send(media bigint, size_bytes bigint, mime_type text, caption text, agent text, phone_number_id text, dedupe_key text) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_desk_picture_send(media bigint, size_bytes bigint, mime_type text, caption text, agent text, phone_number_id text, dedupe_key text) IS 'A colleague answers with a picture that wa_desk_picture asked for (media) and that the media store has now: queued, recorded and refused as an answer by wa_reply, and kept for received_media_ttl_days. What it is is told by its bytes: image/jpeg or image/png, 5 MB at most. Returns the notification''s id, or that of the one already queued under dedupe_key. Raises WA011 for what Meta does not take and for media of nobody, and whatever wa_reply does.';

CREATE FUNCTION public.wa_desk_session(agent text, is_over boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_desk_session(agent text, is_over boolean) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_desk_session(agent text, is_over boolean) IS 'Records that a colleague signed in at the desk, or out (is_over).';

CREATE FUNCTION public.wa_dismiss_event(wa_message_id text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_dismiss_event(wa_message_id text) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_dismiss_event(wa_message_id text) IS 'Lets a failed message go without effect: it becomes ignored, its error is kept, what it said is not. Raises WA007 when no such message is kept.';

CREATE FUNCTION public.wa_dismiss_events(error_like text DEFAULT NULL::text, received_after timestamp with time zone DEFAULT '-infinity'::timestamp with time zone, received_before timestamp with time zone DEFAULT 'infinity'::timestamp with time zone, max_messages integer DEFAULT 1000) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_dismiss_events(error_like text, received_after timestamp with time zone, received_before timestamp with time zone, max_messages integer) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_dismiss_events(error_like text, received_after timestamp with time zone, received_before timestamp with time zone, max_messages integer) IS 'Lets failed messages go without effect, those that wa_failed_events with the same arguments tells of, up to max_messages (1 to 1000) a call. Returns how many were dismissed, and has_more: call it again while that is true. Raises WA009 for another max_messages.';

CREATE FUNCTION public.wa_dismiss_payload(id bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_dismiss_payload(id bigint) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_dismiss_payload(id bigint) IS 'Lets a kept payload go: nobody is told of it any more, and retention deletes it in its time. Raises WA008 when no such one waits.';

CREATE FUNCTION public.wa_dispatch(payload jsonb, options jsonb DEFAULT '{}'::jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET standard_conforming_strings TO 'on'
    SET jit TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_dispatch(payload jsonb, options jsonb) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_dispatch(payload jsonb, options jsonb) IS 'Commits the effect of one webhook body, or of an array of bodies, exactly once, and returns counts, events to log and whether retention is due; foreign counts those of the ignored that came for numbers which are not ours. options: keep (payloads to store as they came: body in base64, reason, error), snapshot (true stores a masked copy in webhook_logs), refused (raises the alert that signatures are, with this detail; alerted is 1 where a notifier posts alerts) and answer_late (true answers messages however old they are, as a replay does). Raises WA001 when payload is no webhook envelope; 40001 asks the caller to try again.';

CREATE FUNCTION public.wa_erase_profile(who text, and_opt_out boolean DEFAULT false) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_erase_profile(who text, and_opt_out boolean) OWNER TO wa_privacy;

COMMENT ON FUNCTION public.wa_erase_profile(who text, and_opt_out boolean) IS 'Erases everything about the person whom a number, a BSUID or a user_id names, and returns what was erased: user_id, and rows by table. Of the profile a row without anything personal is left, so that sums of ledgers stay. With and_opt_out number and BSUID are kept, each in a profile of its own that only says that nobody may write there. Raises WA043 when there is nobody, WA044 when a table has no rule, and 40001 to be called again.';

CREATE FUNCTION public.wa_export_profile(who text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_export_profile(who text) OWNER TO wa_privacy;

COMMENT ON FUNCTION public.wa_export_profile(who text) IS 'Everything about the person whom a number, a BSUID or a user_id names, by table: profiles (with those that were merged), messages in both directions, and what flows keep. kept_payloads only names those that hold something of this person, since they may hold others'' as well. Raises WA043 when there is nobody.';

CREATE FUNCTION public.wa_failed_events(error_like text DEFAULT NULL::text, received_after timestamp with time zone DEFAULT '-infinity'::timestamp with time zone, received_before timestamp with time zone DEFAULT 'infinity'::timestamp with time zone, with_moved_on boolean DEFAULT false) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_failed_events(error_like text, received_after timestamp with time zone, received_before timestamp with time zone, with_moved_on boolean) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_failed_events(error_like text, received_after timestamp with time zone, received_before timestamp with time zone, with_moved_on boolean) IS 'What wa_replay_events with the same arguments would replay: how many messages (of the newest 10,000; is_capped: there may be more), and the twenty most frequent errors, masked, with count, oldest and newest; with_moved_on also those that it would leave, since their conversations have moved on.';

CREATE FUNCTION public.wa_hand_back(who text, agent text DEFAULT NULL::text, phone_number_id text DEFAULT NULL::text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_hand_back(who text, agent text, phone_number_id text) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_hand_back(who text, agent text, phone_number_id text) IS 'Hands a conversation back to the bot, whoever has it: the user''s next message is answered where the conversation stood. who, agent and phone_number_id are as in wa_handover. Returns how it was held. Raises WA071 when the bot has it already.';

CREATE FUNCTION public.wa_handover(who text, agent text DEFAULT NULL::text, phone_number_id text DEFAULT NULL::text, note text DEFAULT NULL::text, lasts interval DEFAULT NULL::interval, take_over boolean DEFAULT false) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_handover(who text, agent text, phone_number_id text, note text, lasts interval, take_over boolean) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_handover(who text, agent text, phone_number_id text, note text, lasts interval, take_over boolean) IS 'A colleague takes a conversation: the bot is silent in it until it is handed back, the user calls the bot back, or lasts (the setting handover_seconds) has passed. who is a number, a BSUID or a user_id; agent the colleague''s name (the role that is logged in); phone_number_id which of our numbers, where it is not the one last written to; note says why. Called again it lasts anew. Returns user_id, phone_number_id, agent, note, since, until, waiting_since. Raises WA070 when somebody else has it, unless take_over, WA074 for a time of nothing, WA043 when there is nobody, WA045 for a number that is not ours.';

CREATE FUNCTION public.wa_handovers() RETURNS TABLE(user_id uuid, phone_number_id text, recipient text, display_name text, agent text, note text, since timestamp with time zone, until timestamp with time zone, waiting_since timestamp with time zone, window_closes_at timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_handovers() OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_handovers() IS 'The conversations that people have, or that wait for one (agent is null), first those whose users have waited longest for an answer: whose, with which number, how to reach them, who has it, why, since when and until when, and when Meta takes nothing but templates any more.';

CREATE FUNCTION public.wa_health() RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_health() OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_health() IS 'Whether a webhook sent now would be taken: ok, a list of problems and one of warnings, each with what to do, and whether the database is read-only. Beside that our business numbers (wa.summarize_numbers), and why the queue is paused, null when it is not.';

CREATE FUNCTION public.wa_media_deletions_claim(batch integer DEFAULT 100, lease interval DEFAULT '00:05:00'::interval) RETURNS TABLE(id uuid, key text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_media_deletions_claim(batch integer, lease interval) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_media_deletions_claim(batch integer, lease interval) IS 'Hands a worker up to batch contents that the media store is to lose, each with its id and the key of the bytes. Once they are deleted it says so with wa_media_deletions_settle; until it does they are handed out again after each lease. To delete twice does no harm.';

CREATE FUNCTION public.wa_media_deletions_settle(ids uuid[]) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_media_deletions_settle(ids uuid[]) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_media_deletions_settle(ids uuid[]) IS 'Takes the ids of contents whose bytes a worker has deleted. They are handed out once more after an hour, in case they were just being stored, and then forgotten. Returns how many are forgotten now.';

CREATE FUNCTION public.wa_media_retry() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_media_retry() OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_media_retry() IS 'Has workers try again to fetch the media that failed and that Meta may still have, those of the last seven days, and returns how many. For after a token that was revoked, or a store that was away for long.';

CREATE FUNCTION public.wa_metrics() RETURNS jsonb
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    SET jit TO 'off'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_metrics() OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_metrics() IS 'What only the database knows, for GET /metrics, at a cost that does not grow with its tables: the queue by status (wa.count_queue), age of the oldest due message in seconds, whether the queue is paused, failed events and kept payloads that wait for a person (10,000 at most), unfinished tasks by status (10,000 at most) and the age of the oldest due one in seconds, conversations that people have and the longest wait for one in seconds, seconds since retention last finished (null: never), whether that is more than two intervals ago, and the rows it has purged since the beginning.';

CREATE FUNCTION public.wa_notification_cancel(id bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_notification_cancel(id bigint) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_notification_cancel(id bigint) IS 'Cancels a notification that is still queued. False: it was not, being sent, settled or unknown.';

CREATE FUNCTION public.wa_notifications_claim(worker text, batch integer DEFAULT 10, lease interval DEFAULT '00:01:00'::interval) RETURNS TABLE(id bigint, lock_token uuid, phone_number_id text, request jsonb, upload jsonb, retry_count integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_notifications_claim(worker text, batch integer, lease interval) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_notifications_claim(worker text, batch integer, lease interval) IS 'Hands a worker up to batch due notifications for as long as the lease: oldest first, one at a time for each user, within the pace of each business number. Every row is settled with its lock_token by wa_notifications_settle. request is the whole Graph API body; upload, when not null, names media to upload first and to put in as id.';

CREATE FUNCTION public.wa_notifications_settle(results jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_notifications_settle(results jsonb) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_notifications_settle(results jsonb) IS 'Takes what happened to claimed notifications: an array of results with id, lock_token, outcome (accepted, rejected, not_sent, unknown) and what Meta answered. Returns counts and events; stale counts results whose row somebody else owns or has settled, and lost are the ids of accepted ones that were claimed anew and are being sent.';

CREATE FUNCTION public.wa_notify(recipient text, payload jsonb, send_at timestamp with time zone DEFAULT now(), dedupe_key text DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_notify(recipient text, payload jsonb, send_at timestamp with time zone, dedupe_key text) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_notify(recipient text, payload jsonb, send_at timestamp with time zone, dedupe_key text) IS 'Queues a message: recipient is a phone number with plus sign or a BSUID, payload the body of a Graph API message without recipient, with delivery options under payload.delivery (docs/reference/outbox.md). Returns its id, or the id of the one already queued under dedupe_key. Raises WA010 for the recipient, WA011 for the payload.';

CREATE FUNCTION public.wa_notify_many(recipients text[], payload jsonb, send_at timestamp with time zone DEFAULT now(), dedupe_prefix text DEFAULT NULL::text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_notify_many(recipients text[], payload jsonb, send_at timestamp with time zone, dedupe_prefix text) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_notify_many(recipients text[], payload jsonb, send_at timestamp with time zone, dedupe_prefix text) IS 'A broadcast: queues one message for every different person among the recipients, behind replies and single messages. With dedupe_prefix, nobody gets it twice, also when the call is repeated. Returns how many were queued.';

CREATE FUNCTION public.wa_opt_out_profile(who text, opted_out boolean DEFAULT true) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_opt_out_profile(who text, opted_out boolean) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_opt_out_profile(who text, opted_out boolean) IS 'Lets alone the person whom a number, a BSUID or a user_id names, as "stop" by message does: the bot answers nothing, and what is queued for them is cancelled, until they write "start", or opted_out is false here. A number or BSUID that nobody has goes into a profile of its own. Returns user_id and opted_out_at. Raises WA043 when there is nobody.';

CREATE FUNCTION public.wa_queue_distrust(reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_queue_distrust(reason text) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_queue_distrust(reason text) IS 'Says that this database was restored or copied in a way that it cannot see, such as a volume snapshot: its queue is paused, and wa_queue_resume(doubtful) asks what is to become of messages that the original may have sent.';

CREATE FUNCTION public.wa_queue_pause(reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_queue_pause(reason text) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_queue_pause(reason text) IS 'Stops claiming until wa_queue_resume(). What is queued stays queued, what is being sent is still settled.';

CREATE FUNCTION public.wa_queue_resume(doubtful text DEFAULT NULL::text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_queue_resume(doubtful text) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_queue_resume(doubtful text) IS 'Continues claiming after a pause, and wakes the notifier. After a restore, doubtful says what becomes of messages that the original may have sent already: send, or cancel.';

CREATE FUNCTION public.wa_replay_event(wa_message_id text, even_if_moved_on boolean DEFAULT false) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    SET jit TO 'off'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_replay_event(wa_message_id text, even_if_moved_on boolean) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_replay_event(wa_message_id text, even_if_moved_on boolean) IS 'Processes a kept message again, one that failed or came for a number that was not ours, and returns what wa_dispatch returns; it is failed anew when it still cannot be handled. Raises WA007 when no such message is kept, and WA042 when the conversation has moved on, unless even_if_moved_on.';

CREATE FUNCTION public.wa_replay_events(error_like text DEFAULT NULL::text, received_after timestamp with time zone DEFAULT '-infinity'::timestamp with time zone, received_before timestamp with time zone DEFAULT 'infinity'::timestamp with time zone, max_messages integer DEFAULT 100, even_if_moved_on boolean DEFAULT false) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    SET jit TO 'off'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_replay_events(error_like text, received_after timestamp with time zone, received_before timestamp with time zone, max_messages integer, even_if_moved_on boolean) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_replay_events(error_like text, received_after timestamp with time zone, received_before timestamp with time zone, max_messages integer, even_if_moved_on boolean) IS 'Processes kept messages again, those that failed and those that came for a number which is ours by now, oldest first by Meta''s clock, each in a subtransaction of its own: those whose error is like a pattern (null: any) and that were received (failed) in a span of time, up to max_messages (1 to 1000) a call. Returns how many were replayed, processed, ignored, invalid_sender and failed again, moved_on (left as they are, since their conversations have moved on; even_if_moved_on replays them too), and has_more: call it again while that is true. Raises WA009 for another max_messages.';

CREATE FUNCTION public.wa_replay_payload(id bigint, even_if_moved_on boolean DEFAULT false) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    SET jit TO 'off'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_replay_payload(id bigint, even_if_moved_on boolean) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_replay_payload(id bigint, even_if_moved_on boolean) IS 'Dispatches a kept payload again, byte for byte, and returns what wa_dispatch returns; messages in it that had their effect count as duplicates. Raises WA008 when there is none, WA042 when a conversation in it has moved on, unless even_if_moved_on, and what made the payload unreadable when it still is. A message whose sender still cannot be told goes on waiting.';

CREATE FUNCTION public.wa_reply(who text, payload jsonb, agent text DEFAULT NULL::text, phone_number_id text DEFAULT NULL::text, dedupe_key text DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_reply(who text, payload jsonb, agent text, phone_number_id text, dedupe_key text) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_reply(who text, payload jsonb, agent text, phone_number_id text, dedupe_key text) IS 'A colleague answers in a conversation that they have, or that waits for somebody, which takes it: payload is what wa_notify takes, and leaves in order with the bot''s messages. who, agent and phone_number_id are as in wa_handover, whose time begins anew. Returns the notification''s id, or that of the one already queued under dedupe_key. Raises WA070 when somebody else has the conversation, WA071 when the bot does, WA072 when Meta would not deliver it now, WA011 for the payload.';

CREATE PROCEDURE public.wa_retention_purge()
    LANGUAGE plpgsql
    AS '(see db/functions)';

COMMENT ON PROCEDURE public.wa_retention_purge() IS 'Purges events, logs, finished notifications and tasks, users'' media, replayed payloads and what flows let expire past their time in batches, committing after each, and says what it did in one NOTICE each, and how far it is after every tenth batch. One runner at a time; may be interrupted and called again. Inside a transaction block call wa_retention_step() until it is done instead.';

CREATE FUNCTION public.wa_retention_step() RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET lock_timeout TO '2s'
    SET "DateStyle" TO 'ISO'
    SET "TimeZone" TO 'UTC'
    SET standard_conforming_strings TO 'on'
    SET plan_cache_mode TO 'force_custom_plan'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_retention_step() OWNER TO wa_maintenance;

COMMENT ON FUNCTION public.wa_retention_step() IS 'One bounded batch of retention: returns is_done, is_busy (another runner has it), purged (rows by table, flows'' own included) and cutoffs; or error (sqlstate, message and hint) of a batch that failed and was undone, which has raised an alert. For callers inside a transaction; wa_retention_purge calls it until it is done.';

CREATE FUNCTION public.wa_status() RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    SET quote_all_identifiers TO 'off'
    SET jit TO 'off'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_status() OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_status() IS 'One look at everything, for wa-webhook status: health, traffic, clock, queue, tasks, media, hand-overs, failures by error, kept payloads, alerts, retention, roles, rights, and problems with what to do next. Counts are bounded, so that it stays quick on a large database.';

CREATE FUNCTION public.wa_task_cancel(id bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    SET jit TO 'off'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_task_cancel(id bigint) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_task_cancel(id bigint) IS 'Ends a task that is queued or running, without an alert: its step hears of a failure of the class cancelled, the worker that is at it with its next sign of life. False: it is finished, or unknown.';

CREATE FUNCTION public.wa_task_retry(id bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_task_retry(id bigint) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_task_retry(id bigint) IS 'Queues a task again that failed or was cancelled, and has one tried at once that waits for its next attempt: with all its attempts, and at least task_deadline_seconds to be done in. What comes of it reaches the conversation that still waits for it, and is late for one that has gone on. False: it is none of these, or unknown.';

CREATE FUNCTION public.wa_tasks_claim(worker text, kinds text[], batch integer DEFAULT 10, lease interval DEFAULT '00:01:00'::interval) RETURNS TABLE(id bigint, lock_token uuid, kind text, input jsonb, progress jsonb, attempt integer, deadline_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET standard_conforming_strings TO 'on'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_tasks_claim(worker text, kinds text[], batch integer, lease interval) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_tasks_claim(worker text, kinds text[], batch integer, lease interval) IS 'Hands a worker up to batch due tasks of these kinds for as long as the lease, users in turn: what one asked for many times goes in between what others asked for. Each is settled with its lock_token by wa_tasks_settle, which also lengthens the lease; when that is over another worker may claim the task. input is what the step gave, progress what an earlier attempt said last, attempt counts from 1. Ends what ran out of time. Raises WA051.';

CREATE FUNCTION public.wa_tasks_expire() RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET standard_conforming_strings TO 'on'
    SET jit TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_tasks_expire() OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_tasks_expire() IS 'Ends tasks that ran out of time, for a database that no worker looks at: a claim does so itself. Returns the events to log.';

CREATE FUNCTION public.wa_tasks_settle(results jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET standard_conforming_strings TO 'on'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS '(see db/functions)';

ALTER FUNCTION public.wa_tasks_settle(results jsonb) OWNER TO wa_runtime;

COMMENT ON FUNCTION public.wa_tasks_settle(results jsonb) IS 'Takes what came of claimed tasks: an array of results with id, lock_token and outcome: done (with result), failed (with error_class of wa.task_error_classes, error_message, retry_after_seconds), running (a sign of life, which lengthens the lease; with progress), accepted (somebody else reports back with this lock_token, within answer_seconds or by the deadline), or released (given back, to be claimed at once). What is done, or failed for good, takes effect in its conversation in the same transaction. Returns counts (done, failed, retried, released, running, accepted), events to log, and lost: the ids of tasks that are no longer the worker''s, since they were cancelled, ran out of time or were claimed by another. Raises WA052; 40001 asks the caller to try again.';

CREATE FUNCTION wa.add_alias(p_kind text, p_value text, p_user_id uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.add_alias(p_kind text, p_value text, p_user_id uuid) IS 'Lets a profile be found by another BSUID or parent BSUID; the newest evidence wins. Does nothing for a null value.';

CREATE FUNCTION wa.add_header(p_message jsonb, p_type text, p_content text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.add_header(p_message jsonb, p_type text, p_content text) IS 'A message with buttons, with a header: an image, a video or a document by its address or Meta''s id, or a text, shortened to Meta''s 60 characters, which a list may have as well.';

CREATE FUNCTION wa.add_phone_alias(p_phone text, p_user_id uuid, p_left_at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.add_phone_alias(p_phone text, p_user_id uuid, p_left_at timestamp with time zone) IS 'Lets a profile be found by another number: by one that Meta knows as the profile''s own (p_left_at null), or, for what was sent until then, by one that it had until p_left_at. Of two who left a number the later one stays. Does nothing for a null number.';

CREATE FUNCTION wa.advance_chats(p_messages wa.message[], p_are_apart boolean DEFAULT false) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.advance_chats(p_messages wa.message[], p_are_apart boolean) IS 'Moves chats on by these messages, oldest first; neighbours of different users share the step of one state, and all share what is written. In a conversation that a person has, only what is said about consent counts. Returns the events to log. With p_are_apart each has a subtransaction of its own, though all are looked up together: then it returns an object of events and failed, which has of each message that failed its position, the error, as wa.describe_error tells it, and failed_at; or null, and nothing is done, where two are of one user, or one''s profile was merged or its conversation handed over.';

CREATE FUNCTION wa.alert_of_dispatch(p_failures jsonb, p_invalid_senders integer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.alert_of_dispatch(p_failures jsonb, p_invalid_senders integer) IS 'Lets a person know of messages that failed, one row for each SQLSTATE, and notes how many senders were invalid: whether that is a spike shows when alerts are grouped.';

CREATE FUNCTION wa.answer(p_chat wa.chat, p_choices text[]) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.answer(p_chat wa.chat, p_choices text[]) IS 'Which choice was tapped, or typed by its title or one of its words: its name, of choices as wa.ask takes them. Null when it was none, and while the state is being entered.';

CREATE FUNCTION wa.answer_apart(p_messages wa.message[], OUT processed integer, OUT failures jsonb, OUT events jsonb) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.answer_apart(p_messages wa.message[], OUT processed integer, OUT failures jsonb, OUT events jsonb) IS 'Handles messages of a group that failed as a whole, each in a subtransaction of its own, and returns what wa.answer_messages does, which it asks to take one after the other those that cannot be looked up together.';

CREATE FUNCTION wa.answer_messages(p_messages wa.message[], p_most_together integer DEFAULT 64, OUT processed integer, OUT failures jsonb, OUT events jsonb) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.answer_messages(p_messages wa.message[], p_most_together integer, OUT processed integer, OUT failures jsonb, OUT events jsonb) IS 'Handles the messages that ask for it, in the order given: an identity change for a system message, which comes alone, a step of the conversation for any other. Neighbours of different users go together, which spares statements; a user''s next message comes in a later group, after the effect of the one before. Each group is one subtransaction, and one that fails is tried again message by message, by wa.answer_apart, so that a failure undoes nothing else. Returns how many were handled, and the events to log: those of messages that failed, which are kept as failed, and the others.';

CREATE TABLE public.baskets (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    description text,
    is_public boolean DEFAULT false NOT NULL,
    status text DEFAULT 'open'::text NOT NULL,
    currency text NOT NULL,
    goal_minor bigint,
    latitude double precision,
    longitude double precision,
    share_token text NOT NULL,
    member_count integer DEFAULT 0 NOT NULL,
    owner_count integer DEFAULT 0 NOT NULL,
    last_activity_at timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    closed_at timestamp with time zone,
    place extensions.cube GENERATED ALWAYS AS (
CASE
    WHEN ((latitude IS NOT NULL) AND (longitude IS NOT NULL)) THEN extensions.cube(ARRAY[(cosd(latitude) * cosd(longitude)), (cosd(latitude) * sind(longitude)), sind(latitude)])
    ELSE NULL::extensions.cube
END) STORED,
    CONSTRAINT baskets_closed_has_a_time CHECK (((status = 'closed'::text) = (closed_at IS NOT NULL))),
    CONSTRAINT baskets_currency_is_iso_4217 CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT baskets_description_is_short CHECK (((char_length(description) >= 1) AND (char_length(description) <= 300))),
    CONSTRAINT baskets_description_is_trimmed CHECK ((description !~ '^\s|\s$'::text)),
    CONSTRAINT baskets_goal_is_positive CHECK (((goal_minor >= 1) AND (goal_minor <= '1000000000000000'::bigint))),
    CONSTRAINT baskets_latitude_is_on_earth CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT baskets_longitude_is_on_earth CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))),
    CONSTRAINT baskets_name_is_short CHECK (((char_length(name) >= 1) AND (char_length(name) <= 60))),
    CONSTRAINT baskets_name_is_trimmed CHECK ((name !~ '^ | $|  |[\u0001-\u001f\u007f-\u00a0\u1680\u2000-\u200a\u2028-\u202f\u205f\u2066-\u2069\u3000\ufeff]'::text)),
    CONSTRAINT baskets_name_is_visible CHECK ((name ~ '[^ \u00ad\u034f\u061c\u115f\u1160\u200b-\u200f\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\uffa0]'::text)),
    CONSTRAINT baskets_open_with_members_has_an_owner CHECK (((status = 'closed'::text) OR (member_count = 0) OR (owner_count > 0))),
    CONSTRAINT baskets_owners_are_members CHECK (((owner_count >= 0) AND (owner_count <= member_count))),
    CONSTRAINT baskets_place_is_whole CHECK (((latitude IS NULL) = (longitude IS NULL))),
    CONSTRAINT baskets_share_token_is_a_code CHECK ((share_token ~ '^[0-9A-HJKMNP-TV-Z]{10}$'::text)),
    CONSTRAINT baskets_status_is_known CHECK ((status = ANY (ARRAY['open'::text, 'closed'::text])))
)
WITH (fillfactor='80');

COMMENT ON TABLE public.baskets IS 'A savings basket: people who save together. Reached only through the basket RPCs; never deleted, only closed.';

COMMENT ON COLUMN public.baskets.name IS 'At most 60 characters, without space at its ends, and with something to see in it.';

COMMENT ON COLUMN public.baskets.description IS 'What the owner says about it, for people who find it nearby; at most 300 characters.';

COMMENT ON COLUMN public.baskets.is_public IS 'Anybody may find, see and join it. Otherwise the code is the invitation, and only members see it.';

COMMENT ON COLUMN public.baskets.status IS 'open or closed. A closed basket takes no members and no contributions, and is never opened again.';

COMMENT ON COLUMN public.baskets.currency IS 'ISO 4217, of the goal and of every contribution.';

COMMENT ON COLUMN public.baskets.goal_minor IS 'What the members want to reach, in minor units of the currency. Null: no goal.';

COMMENT ON COLUMN public.baskets.latitude IS 'Degrees north (WGS 84). Null: the basket has no place.';

COMMENT ON COLUMN public.baskets.longitude IS 'Degrees east (WGS 84).';

COMMENT ON COLUMN public.baskets.share_token IS 'The code that lets people in: ten symbols of Crockford''s base 32, 50 random bits.';

COMMENT ON COLUMN public.baskets.member_count IS 'Rows in basket_members, kept by a trigger there.';

COMMENT ON COLUMN public.baskets.owner_count IS 'Members with the role owner, kept by a trigger on basket_members.';

COMMENT ON COLUMN public.baskets.last_activity_at IS 'When somebody last joined, left, contributed, or changed the basket.';

COMMENT ON COLUMN public.baskets.place IS 'The same place as a point on the unit sphere: straight-line distance between such points grows with the distance over ground, across the date line and at the poles too.';

COMMENT ON CONSTRAINT baskets_latitude_is_on_earth ON public.baskets IS 'Also refuses NaN, which Postgres sorts above every number.';

COMMENT ON CONSTRAINT baskets_name_is_trimmed ON public.baskets IS 'The only white space is single spaces inside; nothing in it moves or reorders the text around it.';

COMMENT ON CONSTRAINT baskets_name_is_visible ON public.baskets IS 'At least one character is not blank, such as a zero-width space or a Hangul filler.';

COMMENT ON CONSTRAINT baskets_open_with_members_has_an_owner ON public.baskets IS 'The last owner cannot leave an open basket that still has members, whoever tries and however.';

CREATE FUNCTION wa.append_contribution(p_basket public.baskets, p_user_id uuid, p_amount_minor bigint, p_reference text, p_reverses_entry_number integer DEFAULT NULL::integer) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.append_contribution(p_basket public.baskets, p_user_id uuid, p_amount_minor bigint, p_reference text, p_reverses_entry_number integer) IS 'Adds one entry to a basket''s ledger, continuing its balance; false when the reference is taken. The caller holds the basket''s lock.';

CREATE FUNCTION wa.apply_account_changes(p_rest jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.apply_account_changes(p_rest jsonb) IS 'Does what the rest of a webhook (of wa.read_webhook) brings about: what it says of the account, its numbers, its templates, its users'' preferences and calls, and who else answers them, as wa.account_events has it. What is said of other accounts does nothing. Returns events.';

CREATE FUNCTION wa.apply_failed_statuses(p_matched jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.apply_failed_statuses(p_matched jsonb) IS 'Applies the error class of messages that Meta accepted and then could not deliver to their notifications, which wa.match_statuses has locked.';

CREATE FUNCTION wa.apply_failure_consequences(p_failures jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.apply_failure_consequences(p_failures jsonb) IS 'What failed attempts mean beyond themselves: blocked recipients, users who stopped marketing, numbers that take a break, a paused queue, alerts. Returns events.';

CREATE FUNCTION wa.apply_results(p_results jsonb, p_most_bytes integer) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.apply_results(p_results jsonb, p_most_bytes integer) IS 'Applies what workers report to tasks that the caller has locked and found to be theirs. A result of more than p_most_bytes fails the task. Returns counts, events of what is tried again, and the ids of what is finished.';

CREATE FUNCTION wa.apply_send_failures(p_failures jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.apply_send_failures(p_failures jsonb) IS 'Applies failed attempts to their notifications, which the caller has locked. Each has id, outcome (rejected, not_sent, unknown, lease_expired, stale_media, or status_failed for one that Meta took back), http_status, error_code, error_message, fbtrace_id and retry_after_seconds. Returns counts and events.';

CREATE FUNCTION wa.apply_statuses(p_statuses jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.apply_statuses(p_statuses jsonb) IS 'Moves notifications on by status webhooks: an array of Meta''s status objects, each with the phone_number_id that it came for. Forwards only, in any order; a status that names nothing of ours is counted as unmatched, and one of anything but a message is only logged.';

CREATE FUNCTION wa.apply_success_statuses(p_matched jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.apply_success_statuses(p_matched jsonb) IS 'Moves notifications, which wa.match_statuses has locked, forwards to sent, delivered or read, and settles those whose outcome was not known.';

CREATE FUNCTION wa.are_known_errors(p_errors jsonb) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.are_known_errors(p_errors jsonb) IS 'Whether an array of Meta''s error objects, which webhooks hold in three places, has none but known codes: those of wa.send_error_classes and of messages to us. True of none.';

CREATE FUNCTION wa.ask(p_chat wa.chat, p_key text, p_choices text[] DEFAULT NULL::text[], p_values jsonb DEFAULT NULL::jsonb, p_data jsonb DEFAULT NULL::jsonb, p_again text DEFAULT NULL::text) RETURNS wa.step_result
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.ask(p_chat wa.chat, p_key text, p_choices text[], p_values jsonb, p_data jsonb, p_again text) IS 'What a step returns that asks a question: a text with p_values filled in, and the choices that wa.read_choices reads, where there are any: up to three as buttons, up to ten as a list. p_data is what the chat then remembers (null: what it does), p_again the text to begin with when the answer was none. Texts are named as the flow does, or by whole keys of wa.texts.';

CREATE FUNCTION wa.ask_again(p_chat wa.chat, p_question text, p_again text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.ask_again(p_chat wa.chat, p_question text, p_again text) IS 'A question as it is asked the first time, or after an answer that was none: then the text that p_again names comes first.';

CREATE FUNCTION wa.attach_identity(p_user_id uuid, p_phone text, p_bsuid text, p_parent_bsuid text, p_sent_at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.attach_identity(p_user_id uuid, p_phone text, p_bsuid text, p_parent_bsuid text, p_sent_at timestamp with time zone) IS 'Completes a profile with what was said at p_sent_at beside the name it was found by: the number as Meta now gives it, unless a later one is known, and the BSUID (as another name when the profile has one already).';

CREATE FUNCTION wa.back_off(p_first_seconds double precision, p_factor double precision, p_max_seconds double precision, p_times integer, p_asked_seconds numeric DEFAULT NULL::numeric) RETURNS interval
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.back_off(p_first_seconds double precision, p_factor double precision, p_max_seconds double precision, p_times integer, p_asked_seconds numeric) IS 'How long to wait before another attempt: p_first_seconds times p_factor for each of p_times before it, up to p_max_seconds, or longer if whoever refused asked for it (p_asked_seconds), and up to a quarter more, so that what failed together does not come back together.';

CREATE FUNCTION wa.basket_balance(p_basket_id uuid) RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.basket_balance(p_basket_id uuid) IS 'What is in a basket, in minor units of its currency: what its last ledger entry left.';

CREATE FUNCTION wa.begin_life() RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.begin_life() IS 'Begins a life of this database where it is now, unless it is in one, and returns its token.';

CREATE FUNCTION wa.bound_answers(p_user_ids uuid[], p_phone_number_id text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.bound_answers(p_user_ids uuid[], p_phone_number_id text) IS 'Falls silent towards those of these users who have got as many answers as answers_burst allows, and lets a person know.';

CREATE FUNCTION wa.build_basket_link(p_share_token text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.build_basket_link(p_share_token text) IS 'The wa.me link that opens a chat with the bot and the basket''s code in it. Raises WA031 when the bot''s number is not set.';

CREATE FUNCTION wa.build_buttons(p_body text, p_buttons jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.build_buttons(p_body text, p_buttons jsonb) IS 'A message with one to three reply buttons, an array of objects with id and title, shortened to Meta''s limits (body 1024, title 20 characters).';

CREATE FUNCTION wa.build_choice(p_id text, p_title text, p_description text DEFAULT NULL::text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.build_choice(p_id text, p_title text, p_description text) IS 'A button of wa.build_buttons or a row of wa.build_list.';

CREATE FUNCTION wa.build_choices(p_chat wa.chat, p_choices text[]) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.build_choices(p_chat wa.chat, p_choices text[]) IS 'Buttons of wa.build_buttons or rows of wa.build_list, of the choices that wa.read_choices reads, in their order.';

CREATE FUNCTION wa.build_envelope(p_message wa.message) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.build_envelope(p_message wa.message) IS 'The webhook that would have carried just this message: what a replay dispatches.';

CREATE FUNCTION wa.build_list(p_body text, p_button text, p_rows jsonb, p_page integer DEFAULT 1, p_more text DEFAULT '…'::text, p_more_prefix text DEFAULT 'more:'::text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.build_list(p_body text, p_button text, p_rows jsonb, p_page integer, p_more text, p_more_prefix text) IS 'A list message of rows, an array of objects with id, title and description, shortened to Meta''s limits (body 1024, button 20, title 24, description 72 characters). A title that is cut, and that has no description or is cut to what another one is, stands whole in the description. More than ten rows come in pages of nine and a row "more", whose id is p_more_prefix and the number of the next page; a page after the last is the last.';

CREATE FUNCTION wa.build_location_request(p_body text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.build_location_request(p_body text) IS 'A message with a button that shares the user''s place; its body is shortened to Meta''s 1024 characters.';

CREATE FUNCTION wa.build_media(p_type text, p_media text, p_caption text DEFAULT NULL::text, p_filename text DEFAULT NULL::text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.build_media(p_type text, p_media text, p_caption text, p_filename text) IS 'A message with an image, a video, a document, an audio or a sticker: p_media is its address, or the id that Meta gave it. A caption is shortened to Meta''s 1024 characters; a document has a file name.';

CREATE FUNCTION wa.build_qr_image(p_content text, p_caption text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.build_qr_image(p_content text, p_caption text) IS 'An image of a QR code, which the notifier draws and uploads; its caption is shortened to Meta''s 1024 characters.';

CREATE FUNCTION wa.build_stored_media(p_media bigint, p_caption text DEFAULT NULL::text) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.build_stored_media(p_media bigint, p_caption text) IS 'A message with what a user sent, for the same or another user: the notifier takes it from the media store and uploads it, once for as long as Meta keeps it. Null where wa.media has nothing stored under p_media. A caption is shortened to Meta''s 1024 characters.';

CREATE FUNCTION wa.build_text(p_body text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.build_text(p_body text) IS 'A text message, at most 4096 characters as Meta allows.';

CREATE FUNCTION wa.build_url_button(p_body text, p_title text, p_url text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.build_url_button(p_body text, p_title text, p_url text) IS 'A message with a button that opens an address (http or https, at most 2000 characters), shortened to Meta''s limits (body 1024, title 20 characters).';

CREATE FUNCTION wa.cancel_tasks(p_chat wa.chat, p_kind text DEFAULT NULL::text) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.cancel_tasks(p_chat wa.chat, p_kind text) IS 'Cancels the unfinished tasks that a conversation waits for, all of them or those of one kind, and returns how many. A worker that is at one is told when it next gives a sign of life; what it brings is not taken.';

CREATE FUNCTION wa.cancel_tasks_of_reset() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.cancel_tasks_of_reset() OWNER TO wa_runtime;

COMMENT ON FUNCTION wa.cancel_tasks_of_reset() IS 'Cancels what a conversation had asked for when somebody resets it.';

CREATE FUNCTION wa.change_identity(p_message wa.message) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.change_identity(p_message wa.message) IS 'Applies a system message that says a user''s old and new number or BSUID: the profile goes on under the new ones, is still found by the old BSUID, and by the old number for what was sent before; it takes over a profile that already had the new ones, and one that had them and has changed again since.';

CREATE FUNCTION wa.charge_number(p_phone_number_id text, p_count integer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.charge_number(p_phone_number_id text, p_count integer) IS 'Takes what was claimed from the business number''s rate. Follows wa.open_number in the same transaction.';

CREATE FUNCTION wa.charge_pairs(p_user_ids uuid[], p_phone_number_id text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.charge_pairs(p_user_ids uuid[], p_phone_number_id text) IS 'Takes one message each from the pace at which a business number writes to these users; null stands for nobody.';

CREATE FUNCTION wa.check_contribution(p_amount_minor bigint, p_reference text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.check_contribution(p_amount_minor bigint, p_reference text) IS 'Raises WA032 or WA033 when the amount or the reference of a contribution is not acceptable.';

CREATE FUNCTION wa.check_coordinates(p_lat double precision, p_lng double precision) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.check_coordinates(p_lat double precision, p_lng double precision) IS 'Raises WA029 unless both are degrees in range: not null, NaN or infinite.';

CREATE FUNCTION wa.check_payload(p_payload jsonb) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.check_payload(p_payload jsonb) IS 'Raises WA011 when a message body breaks the shape or a limit that Meta documents.';

CREATE FUNCTION wa.check_setting() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET standard_conforming_strings TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.check_setting() OWNER TO wa_runtime;

COMMENT ON FUNCTION wa.check_setting() IS 'Refuses a value that is not what its setting takes (WA041), and notes when a value was changed. A row that names no type keeps that of its first value.';

CREATE FUNCTION wa.choose_conversation(p_user_id uuid, p_phone_number_id text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.choose_conversation(p_user_id uuid, p_phone_number_id text) IS 'The business number whose conversation with a user is meant: the one that is named; else the one where a person has it, first where the user waits; else the one that the user last wrote to. Empty where no number is known. Raises WA045 for a number that is not ours.';

CREATE FUNCTION wa.choose_number(p_user_id uuid) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.choose_number(p_user_id uuid) IS 'The business number that a message is sent from which names none: of those that are not retired the one that its user last wrote to, else the first that was added. Null while no number is known: the notifier''s own.';

CREATE FUNCTION wa.chosen(p_chat wa.chat, p_rows jsonb) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.chosen(p_chat wa.chat, p_rows jsonb) IS 'Which of the rows that wa.offer showed was tapped, or typed by its title: its id, as p_rows has it. Null when it was none of those that p_rows has now, and while the state is being entered.';

CREATE FUNCTION wa.claim_from_number(p_number text, p_worker text, p_wanted integer, p_lease interval) RETURNS TABLE(id bigint, lock_token uuid, payload jsonb, address text, created_at timestamp with time zone, retry_count integer)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.claim_from_number(p_number text, p_worker text, p_wanted integer, p_lease interval) IS 'Claims up to p_wanted due notifications of one business number, and puts aside on the way what may not be sent now. address is null for a read receipt, which goes to nobody.';

CREATE FUNCTION wa.claim_messages(p_messages wa.message[]) RETURNS wa.message[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.claim_messages(p_messages wa.message[]) IS 'Records the messages that nobody has recorded before, with their final status and, if the setting message_history says so, what was written, and returns just these, oldest first; opens the 24-hour window of their senders, keeps the name that they went by last, lets what waited for them go, and asks for media that are to be fetched. Waits for a transaction that is recording one of them now.';

CREATE FUNCTION wa.claim_plain(p_number text, p_worker text, p_wanted integer, p_lease interval, p_window_opens timestamp with time zone, p_pair_interval interval, p_pair_burst double precision) RETURNS TABLE(id bigint, lock_token uuid, payload jsonb, address text, created_at timestamp with time zone, retry_count integer)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_memoize TO 'off'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.claim_plain(p_number text, p_worker text, p_wanted integer, p_lease interval, p_window_opens timestamp with time zone, p_pair_interval interval, p_pair_burst double precision) IS 'Claims up to p_wanted due notifications of a business number: first, of the next replies and single messages, those that may be sent as they are, as nearly all may; what wa.judge_due would not judge so is left to wa.claim_from_number, which claims the rest.';

CREATE TABLE wa.send_error_classes (
    code text NOT NULL,
    class text NOT NULL,
    scope text DEFAULT 'message'::text NOT NULL,
    first_delay_seconds integer DEFAULT 30 NOT NULL,
    delay_factor integer DEFAULT 2 NOT NULL,
    max_delay_seconds integer DEFAULT 3600 NOT NULL,
    max_retries integer DEFAULT 8 NOT NULL,
    ends_when_user_writes boolean DEFAULT true NOT NULL,
    raises_alert boolean DEFAULT false NOT NULL,
    description text NOT NULL,
    CONSTRAINT send_error_classes_class_is_known CHECK ((class = ANY (ARRAY['retry'::text, 'wait'::text, 'message'::text, 'recipient'::text, 'window'::text, 'stop'::text, 'in_doubt'::text]))),
    CONSTRAINT send_error_classes_delays_are_not_negative CHECK (((first_delay_seconds >= 0) AND (max_delay_seconds >= 0) AND (delay_factor >= 1))),
    CONSTRAINT send_error_classes_max_retries_is_not_negative CHECK ((max_retries >= 0)),
    CONSTRAINT send_error_classes_recipient_has_a_scope CHECK (((class <> 'recipient'::text) OR (scope = ANY (ARRAY['recipient'::text, 'template'::text])))),
    CONSTRAINT send_error_classes_scope_is_known CHECK ((scope = ANY (ARRAY['message'::text, 'template'::text, 'recipient'::text, 'number'::text, 'account'::text])))
);

COMMENT ON TABLE wa.send_error_classes IS 'What each way of failing to send means. Changing a class is an update of a row; a code that is not here is treated as unknown_code.';

COMMENT ON COLUMN wa.send_error_classes.code IS 'A Graph API error code, http_<status> for an answer without a known code, or not_sent, in_doubt, stale_media, unknown_code.';

COMMENT ON COLUMN wa.send_error_classes.class IS 'retry: again with backoff. wait: again later, not counted. message: fails. recipient: fails, and so do later ones until the user writes. window: as the row''s outside_window says. stop: the queue pauses. in_doubt: wait for a status, then retry.';

COMMENT ON COLUMN wa.send_error_classes.scope IS 'What the class holds back. wait: the message, its number, or the account. recipient: everything for the user, or only the same template.';

COMMENT ON COLUMN wa.send_error_classes.first_delay_seconds IS 'Before the first repetition. For recipient: how long the block lasts, for stop: how long the pause lasts; 0 there means without end.';

COMMENT ON COLUMN wa.send_error_classes.delay_factor IS 'Each further delay is the one before times this.';

COMMENT ON COLUMN wa.send_error_classes.max_retries IS 'After this many repetitions the message fails. For retry and in_doubt.';

COMMENT ON COLUMN wa.send_error_classes.ends_when_user_writes IS 'For recipient: whether the user''s next message ends the block.';

COMMENT ON COLUMN wa.send_error_classes.raises_alert IS 'Alert at once. A message that fails for good always does.';

CREATE FUNCTION wa.classify_send_error(p_outcome text, p_error_code integer, p_http_status integer) RETURNS wa.send_error_classes
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.classify_send_error(p_outcome text, p_error_code integer, p_http_status integer) IS 'The class of a failed attempt. A server error without a Graph error code comes from something in between, so that Meta may have accepted.';

CREATE FUNCTION wa.clean_basket_name(p_name text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.clean_basket_name(p_name text) IS 'A basket''s name, as wa.clean_line leaves it. Raises WA026 when nothing visible or more than 60 characters are left.';

CREATE FUNCTION wa.clean_line(p_text text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.clean_line(p_text text) IS 'What somebody called something, on one line: trimmed, without characters that hide or reorder text. Null where nothing visible is left.';

CREATE PROCEDURE wa.close_routines()
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON PROCEDURE wa.close_routines() IS 'Ends what wa.open_routines began: takes every routine of ours from everybody and from the API roles anon and authenticated, and lets wa_runtime execute the private functions whose files grant them to nobody else; notes the rights that there are then.';

CREATE FUNCTION wa.compare_rights() RETURNS TABLE(object text, held text, is_missing boolean, mending text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.compare_rights() IS 'What is otherwise than wa.note_rights found it: missing now, or there now and not then, each with the statement that mends it.';

CREATE FUNCTION wa.compare_rows(p_keys text[], p_base jsonb, p_current jsonb, p_new jsonb) RETURNS TABLE(id text, change text, body jsonb)
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.compare_rows(p_keys text[], p_base jsonb, p_current jsonb, p_new jsonb) IS 'What becomes of rows, each an object that p_keys tell from the others, when p_base was declared before, p_current is there and p_new is declared: insert, update, delete, or keep what was changed or deleted by hand. What was never declared is left alone.';

CREATE FUNCTION wa.confirm(p_chat wa.chat, p_key text, p_values jsonb DEFAULT NULL::jsonb, p_data jsonb DEFAULT NULL::jsonb, p_again text DEFAULT NULL::text, p_about text DEFAULT NULL::text) RETURNS wa.step_result
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.confirm(p_chat wa.chat, p_key text, p_values jsonb, p_data jsonb, p_again text, p_about text) IS 'What a step returns that asks a question of yes or no; wa.confirmed has the answer. p_about, where there is one, is what the question is about, an id for example: a yes to the same question about something else does not count then.';

CREATE FUNCTION wa.confirmed(p_chat wa.chat, p_about text DEFAULT NULL::text) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.confirmed(p_chat wa.chat, p_about text) IS 'Whether the question of wa.confirm, with the same p_about, was answered by yes or by no, tapped or typed; null when it was neither, and while the state is being entered.';

CREATE FUNCTION wa.count_alike(p_bodies jsonb[], p_common jsonb) RETURNS jsonb[]
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.count_alike(p_bodies jsonb[], p_common jsonb) IS 'Of wa.read_webhook: each different one of these parts of a webhook with how often it is there, and what all of them came with; null of none.';

CREATE FUNCTION wa.count_answers(p_user_ids uuid[], p_phone_number_ids text[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.count_answers(p_user_ids uuid[], p_phone_number_ids text[]) IS 'Counts automatic answers that no conversation gave, each by its user and business number, and falls silent where it is one too many.';

CREATE FUNCTION wa.count_basket_member() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.count_basket_member() IS 'Keeps member_count and owner_count of a basket, refuses members of a closed basket or a merged profile, and closes a basket that its last member left.';

CREATE FUNCTION wa.count_person(p_who text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.count_person(p_who text) OWNER TO wa_privacy;

COMMENT ON FUNCTION wa.count_person(p_who text) IS 'How many rows are about the person whom a number, a BSUID or a user_id names: what wa_export_profile hands out, none of which leaves the database for it. Raises WA043 when there is nobody.';

CREATE FUNCTION wa.count_queue() RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.count_queue() IS 'Notifications by status, at a cost that does not grow with them: queued, sending, waiting (queued until the user writes again) and failed. Above 2,000 unsettled ones queued is the planner''s estimate and sending counts among the first 1,000 of each number and priority; waiting and failed end at 10,000.';

CREATE FUNCTION wa.count_queued_since() RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.count_queued_since() IS 'How many messages wait that were queued since this database was found to be restored or copied: nobody else has sent them. Null in any other database.';

CREATE FUNCTION wa.count_tasks() RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.count_tasks() IS 'Unfinished tasks by status, an object of queued and running: the 10,000 that have to be done first.';

CREATE FUNCTION wa.create_log_partitions() RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO'
    SET "TimeZone" TO 'UTC'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.create_log_partitions() IS 'Creates the partitions of webhook_logs for today and the coming week (UTC days) that are not there yet, and returns how many: on a node of a cluster none. Runs as the owner of the table.';

CREATE FUNCTION wa.create_profile(p_phone text, p_bsuid text, p_parent_bsuid text, p_display_name text, p_sent_at timestamp with time zone) RETURNS uuid
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.create_profile(p_phone text, p_bsuid text, p_parent_bsuid text, p_display_name text, p_sent_at timestamp with time zone) IS 'A new profile for a sender that nobody knows yet, by what was said at p_sent_at (-infinity: not by Meta). The caller holds the locks.';

CREATE FUNCTION wa.decide_failures(p_failures jsonb) RETURNS TABLE(id bigint, decision text, delay interval, outcome text, http_status integer, error_code integer, error_message text, fbtrace_id text, error_class wa.send_error_classes)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.decide_failures(p_failures jsonb) IS 'What becomes of each failed attempt: fail, cancel, retry, wait, in_doubt, stop, wait_for_user or send_template, and after which delay.';

CREATE PROCEDURE wa.declare_flow(IN p_flow text, IN p_declaration json)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON PROCEDURE wa.declare_flow(IN p_flow text, IN p_declaration json) IS 'Makes a flow''s states, moves, entries, rows of the menu and texts what the declaration says, as a whole or not at all. Raises WA060 with all that is wrong. What somebody changed by hand since the last declaration stays, and a warning tells of it. docs/build/adding-a-flow.md has the shape.';

CREATE FUNCTION wa.deliver_held_results() RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.deliver_held_results() IS 'Tells conversations that the bot has again of the tasks that ended while a person had them, up to a hundred in a call. Returns the events to log.';

CREATE FUNCTION wa.deliver_results(p_results wa.message[], OUT answered integer, OUT late integer, OUT failures jsonb, OUT events jsonb) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.deliver_results(p_results wa.message[], OUT answered integer, OUT late integer, OUT failures jsonb, OUT events jsonb) IS 'Lets results of tasks take effect in their conversations, as wa_dispatch does with messages: recorded once, in order, a failure alone and kept for a replay. Those for which nobody waits are recorded as ignored and told as late; where a person has the conversation they wait. Returns how many had an effect, how many were late, and events: those of failures, and all. The caller holds the profiles'' locks.';

CREATE FUNCTION wa.describe_basket(p_detail jsonb, p_locale text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.describe_basket(p_detail jsonb, p_locale text) IS 'A basket in a few lines: name, kind, balance and goal, owner, and for members of an open one its code.';

CREATE FUNCTION wa.describe_basket_kind(p_basket jsonb, p_locale text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.describe_basket_kind(p_basket jsonb, p_locale text) IS 'Whether a basket is open, who may join, and how many are in it, on one line.';

CREATE FUNCTION wa.describe_error(p_sqlstate text, p_message text, p_hint text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.describe_error(p_sqlstate text, p_message text, p_hint text) IS 'An error as wa_events.error keeps it: SQLSTATE, message, and what to do, also where a step lacks a privilege, of which PostgreSQL gives no hint.';

CREATE TABLE public.chat_state (
    user_id uuid NOT NULL,
    phone_number_id text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'home'::text NOT NULL,
    data jsonb DEFAULT '{}'::jsonb NOT NULL,
    expires_at timestamp with time zone,
    answers_until timestamp with time zone,
    handed_over_at timestamp with time zone,
    handed_over_until timestamp with time zone,
    handed_over_to text,
    handed_over_for text,
    waiting_since timestamp with time zone,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT chat_state_data_is_an_object CHECK ((jsonb_typeof(data) = 'object'::text))
)
WITH (fillfactor='80');

COMMENT ON TABLE public.chat_state IS 'Where each chat stands, one of a user with a business number. No row means the home state: deleting a user''s rows resets the user.';

COMMENT ON COLUMN public.chat_state.phone_number_id IS 'The business number that the user writes to. Empty for what names none.';

COMMENT ON COLUMN public.chat_state.data IS 'What the current flow remembers between two messages.';

COMMENT ON COLUMN public.chat_state.expires_at IS 'After this moment the next message finds the user in the home state. Null: never.';

COMMENT ON COLUMN public.chat_state.answers_until IS 'When the answers given so far will have been made up for, each by answers_interval_seconds. Null: none were given, or long ago.';

COMMENT ON COLUMN public.chat_state.handed_over_at IS 'Since when a person answers here, or is to. Null: the bot does.';

COMMENT ON COLUMN public.chat_state.handed_over_until IS 'After this moment the next message is the bot''s again. Null: it is.';

COMMENT ON COLUMN public.chat_state.handed_over_to IS 'Who has the conversation. Null while it waits for somebody to take it.';

COMMENT ON COLUMN public.chat_state.handed_over_for IS 'Why, in the words of whoever asked for it.';

COMMENT ON COLUMN public.chat_state.waiting_since IS 'Since when the user waits for a person''s answer. Null: everything is answered.';

CREATE FUNCTION wa.describe_handover(p_place public.chat_state) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.describe_handover(p_place public.chat_state) IS 'Who has a conversation, since when and until when: an object without what is not known.';

CREATE FUNCTION wa.describe_inbound(p_message jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.describe_inbound(p_message jsonb) IS 'What a user wrote, as one reads it: the text, [what was tapped], (what else it is) with caption, file name or place. Null for null.';

CREATE FUNCTION wa.describe_member_count(p_count integer, p_locale text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.describe_member_count(p_count integer, p_locale text) IS 'A number of members in words.';

CREATE FUNCTION wa.describe_outbound(p_payload jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.describe_outbound(p_payload jsonb) IS 'What a user was sent, as one reads it: the text with the titles of buttons and rows in square brackets, (what else it is) with caption or file name.';

CREATE TABLE wa.tasks (
    id bigint NOT NULL,
    user_id uuid NOT NULL,
    phone_number_id text,
    kind text NOT NULL,
    input jsonb NOT NULL,
    state text NOT NULL,
    late_state text,
    status text DEFAULT 'queued'::text NOT NULL,
    dedupe_key text,
    max_attempts integer NOT NULL,
    attempt_count integer DEFAULT 0 NOT NULL,
    wait_count integer DEFAULT 0 NOT NULL,
    turn_at timestamp with time zone NOT NULL,
    next_attempt_at timestamp with time zone NOT NULL,
    deadline_at timestamp with time zone NOT NULL,
    locked_by text,
    lock_token uuid,
    locked_until timestamp with time zone,
    lease interval,
    progress jsonb,
    result jsonb,
    error_class text,
    error_message text,
    reached text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    due_at timestamp with time zone GENERATED ALWAYS AS (
CASE status
    WHEN 'queued'::text THEN next_attempt_at
    WHEN 'running'::text THEN locked_until
    ELSE NULL::timestamp with time zone
END) STORED,
    CONSTRAINT tasks_attempts_are_counted CHECK (((max_attempts > 0) AND (attempt_count >= 0) AND (wait_count >= 0))),
    CONSTRAINT tasks_failed_says_why CHECK (((status <> 'failed'::text) OR (error_class IS NOT NULL))),
    CONSTRAINT tasks_kind_is_a_name CHECK ((kind ~ '^[a-z][a-z0-9_.-]{0,62}$'::text)),
    CONSTRAINT tasks_reached_is_known CHECK ((reached = ANY (ARRAY['answered'::text, 'late'::text, 'broken'::text, 'waiting'::text]))),
    CONSTRAINT tasks_running_has_a_lease CHECK (((status <> 'running'::text) OR ((lock_token IS NOT NULL) AND (locked_until IS NOT NULL) AND (lease IS NOT NULL)))),
    CONSTRAINT tasks_status_is_known CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text])))
)
WITH (fillfactor='70');

COMMENT ON TABLE wa.tasks IS 'Work outside the database that a conversation asked for, and what came of it. Queued by a step in its own transaction, claimed and settled by workers; the result goes back into the conversation as a message.';

COMMENT ON COLUMN wa.tasks.id IS 'The result is the message task:<id> in wa_events.';

COMMENT ON COLUMN wa.tasks.phone_number_id IS 'The business number whose conversation it is.';

COMMENT ON COLUMN wa.tasks.kind IS 'What is to be done: workers claim by kind.';

COMMENT ON COLUMN wa.tasks.state IS 'Where the chat waits for the result. Empty: nobody does.';

COMMENT ON COLUMN wa.tasks.late_state IS 'Where a result leads that comes when the chat waits no longer. Null: it is only noted as late.';

COMMENT ON COLUMN wa.tasks.status IS 'queued, running, and finally done, failed, or cancelled: the conversation was reset, a step wants it no longer, or an operator cancelled it.';

COMMENT ON COLUMN wa.tasks.dedupe_key IS 'A second task with the same key is not queued.';

COMMENT ON COLUMN wa.tasks.max_attempts IS 'After so many failed attempts it fails for good.';

COMMENT ON COLUMN wa.tasks.attempt_count IS 'Attempts that failed, but for those that only had to wait.';

COMMENT ON COLUMN wa.tasks.wait_count IS 'How often in a row it had to wait for a busy service; lengthens the next wait.';

COMMENT ON COLUMN wa.tasks.turn_at IS 'Its place in line. The tasks of one user stand task_turn_seconds apart, so that nobody''s many go before somebody''s one; it waits for no clock.';

COMMENT ON COLUMN wa.tasks.next_attempt_at IS 'While queued: when it may be claimed.';

COMMENT ON COLUMN wa.tasks.deadline_at IS 'What is not done by then has failed.';

COMMENT ON COLUMN wa.tasks.locked_by IS 'The worker that last claimed it.';

COMMENT ON COLUMN wa.tasks.lock_token IS 'What the worker must show to settle; new with every claim.';

COMMENT ON COLUMN wa.tasks.locked_until IS 'End of the lease while running: then it may be claimed again.';

COMMENT ON COLUMN wa.tasks.lease IS 'By how much a sign of life lengthens the lease.';

COMMENT ON COLUMN wa.tasks.progress IS 'What a worker last said of how far it is; the next attempt is given it.';

COMMENT ON COLUMN wa.tasks.result IS 'What came of it, when done.';

COMMENT ON COLUMN wa.tasks.error_class IS 'A class of wa.task_error_classes: that of the last failed attempt.';

COMMENT ON COLUMN wa.tasks.error_message IS 'The worker''s words about it, which may quote what the user wrote.';

COMMENT ON COLUMN wa.tasks.reached IS 'What became of the result: answered by a step; late, since the chat waited no longer; broken, since the step failed and wa_events keeps it for a replay; or waiting, while a person has the conversation.';

COMMENT ON COLUMN wa.tasks.due_at IS 'When a claim may take it: next_attempt_at while queued, the end of the lease while running, null when finished.';

CREATE FUNCTION wa.describe_result(p_task wa.tasks) RETURNS wa.message
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.describe_result(p_task wa.tasks) IS 'A finished task as the message that tells its conversation. Its content holds all that a replay needs, so that it outlives the task.';

CREATE FUNCTION wa.describe_send_failure(p_failure jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.describe_send_failure(p_failure jsonb) IS 'The log event of a failed attempt; class and class_code name its row of wa.send_error_classes. Without Meta''s error text, which may quote the message.';

CREATE FUNCTION wa.describe_steps(p_flow text, p_base jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.describe_steps(p_flow text, p_base jsonb) IS 'Of wa.declare_flow: comments the steps whose files do not with what their states are for. A comment that differs from p_base, the states as they were declared before, is a file''s and stays.';

CREATE TABLE wa.media_objects (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    sha256 text NOT NULL,
    key text GENERATED ALWAYS AS (((sha256 || '/'::text) || (id)::text)) STORED,
    size_bytes bigint,
    mime_type text,
    stored_at timestamp with time zone,
    unwanted_at timestamp with time zone,
    delete_at timestamp with time zone,
    is_deleted boolean DEFAULT false NOT NULL,
    CONSTRAINT media_objects_sha256_is_hexadecimal CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT media_objects_stored_are_known CHECK (((num_nulls(size_bytes, mime_type, stored_at) = ANY (ARRAY[0, 3])) AND (size_bytes >= 0))),
    CONSTRAINT media_objects_unwanted_are_deleted CHECK ((((unwanted_at IS NULL) = (delete_at IS NULL)) AND ((unwanted_at IS NOT NULL) OR (NOT is_deleted))))
);

COMMENT ON TABLE wa.media_objects IS 'Bytes in the media store, each content once: those that are kept, those that are about to be, and those that are to be deleted. The row is there before the bytes and goes after them, so that none are left behind.';

COMMENT ON COLUMN wa.media_objects.id IS 'New whenever a content comes again after it was unwanted, so that a late deletion meets nothing new.';

COMMENT ON COLUMN wa.media_objects.sha256 IS 'Of the bytes, in hexadecimal: what the webhook said, or a desk that keeps a picture, against which they are checked.';

COMMENT ON COLUMN wa.media_objects.key IS 'Where the bytes are in the store.';

COMMENT ON COLUMN wa.media_objects.mime_type IS 'What the bytes are, by their content.';

COMMENT ON COLUMN wa.media_objects.stored_at IS 'Since when the store has them. Null: not yet.';

COMMENT ON COLUMN wa.media_objects.unwanted_at IS 'Since when no row of wa.media refers to it. Never unset.';

COMMENT ON COLUMN wa.media_objects.delete_at IS 'While unwanted: when a worker may next delete the bytes.';

COMMENT ON COLUMN wa.media_objects.is_deleted IS 'While unwanted: the bytes were deleted once. They are once more, in case somebody was just storing them, and then the row goes.';

CREATE FUNCTION wa.describe_wanted_media(p_media bigint, p_kind text, p_media_id text, p_phone_number_id text, p_declared_type text, p_object wa.media_objects, p_url text DEFAULT NULL::text) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.describe_wanted_media(p_media bigint, p_kind text, p_media_id text, p_phone_number_id text, p_declared_type text, p_object wa.media_objects, p_url text) IS 'What a task media.fetch is given: what Meta calls it and, for five minutes, its link; what it has to be; and where its bytes go.';

CREATE TABLE public.profiles (
    user_id uuid DEFAULT gen_random_uuid() NOT NULL,
    whatsapp_e164 text,
    phone_at timestamp with time zone,
    wa_user_id text,
    display_name text,
    display_name_at timestamp with time zone,
    locale text DEFAULT 'en'::text NOT NULL,
    locale_at timestamp with time zone,
    opted_out_at timestamp with time zone,
    consent_at timestamp with time zone,
    merged_into uuid,
    erased_at timestamp with time zone,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    phone_lookup_key text GENERATED ALWAYS AS (regexp_replace(regexp_replace(regexp_replace(whatsapp_e164, '^\+55([1-9][0-9])([6-9][0-9]{7})$'::text, '+55\19\2'::text), '^\+521([0-9]{10})$'::text, '+52\1'::text), '^\+549([0-9]{10})$'::text, '+54\1'::text)) STORED,
    CONSTRAINT profiles_display_name_is_short CHECK (((char_length(display_name) >= 1) AND (char_length(display_name) <= 256))),
    CONSTRAINT profiles_erased_holds_nothing_personal CHECK (((erased_at IS NULL) OR ((whatsapp_e164 IS NULL) AND (wa_user_id IS NULL) AND (display_name IS NULL) AND (metadata = '{}'::jsonb) AND (opted_out_at IS NULL) AND (display_name_at IS NULL) AND (locale_at IS NULL) AND (consent_at IS NULL) AND (phone_at IS NULL)))),
    CONSTRAINT profiles_metadata_is_an_object CHECK ((jsonb_typeof(metadata) = 'object'::text)),
    CONSTRAINT profiles_not_merged_into_itself CHECK ((merged_into <> user_id)),
    CONSTRAINT profiles_reachable_or_merged CHECK (((erased_at IS NOT NULL) OR ((merged_into IS NULL) AND ((whatsapp_e164 IS NOT NULL) OR (wa_user_id IS NOT NULL))) OR ((merged_into IS NOT NULL) AND (whatsapp_e164 IS NULL) AND (wa_user_id IS NULL)))),
    CONSTRAINT profiles_wa_user_id_is_bsuid CHECK (((wa_user_id ~ '^[A-Z]{2}\.[A-Za-z0-9]+$'::text) AND (char_length(wa_user_id) <= 131))),
    CONSTRAINT profiles_whatsapp_e164_is_e164 CHECK ((whatsapp_e164 ~ '^\+[1-9][0-9]{6,14}$'::text))
)
WITH (fillfactor='80');

COMMENT ON TABLE public.profiles IS 'Who writes to us: one row a person, known by phone number, by business-scoped user id (BSUID), or both. Never deleted; a merged profile points to its survivor.';

COMMENT ON COLUMN public.profiles.whatsapp_e164 IS 'Meta''s wa_id with a plus sign, otherwise exactly as Meta gives it. Null when the user hides the number.';

COMMENT ON COLUMN public.profiles.phone_at IS 'When whatsapp_e164 was said or taken, by Meta''s clock. Null: nobody but us has named the number.';

COMMENT ON COLUMN public.profiles.wa_user_id IS 'The BSUID, prefix and dot included. Changes when the user changes phone number.';

COMMENT ON COLUMN public.profiles.display_name_at IS 'When the user took display_name, by Meta''s clock; wa.named_until says how long it held.';

COMMENT ON COLUMN public.profiles.locale_at IS 'When the user chose locale, by Meta''s clock. Null: it is the default.';

COMMENT ON COLUMN public.profiles.opted_out_at IS 'Set while the user wants no messages.';

COMMENT ON COLUMN public.profiles.consent_at IS 'When the user last said whether to receive messages, either way, by Meta''s clock.';

COMMENT ON COLUMN public.profiles.merged_into IS 'The profile that took over everything of this one.';

COMMENT ON COLUMN public.profiles.erased_at IS 'When everything about the person was erased. The row is left for what refers to it, such as a ledger.';

COMMENT ON COLUMN public.profiles.phone_lookup_key IS 'One form for the variants of a Brazilian, Mexican or Argentinian number; used to find a profile, never to send.';

CREATE FUNCTION wa.detach_phone(p_profile public.profiles, p_sent_at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.detach_phone(p_profile public.profiles, p_sent_at timestamp with time zone) IS 'Takes the number from a profile whose owner, by what was said at p_sent_at, no longer has it. The profile stays, known by its BSUID.';

CREATE FUNCTION wa.dismiss_failed_event(p_wa_message_id text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.dismiss_failed_event(p_wa_message_id text) IS 'Makes a failed message an ignored one, so that Meta''s repetitions stay duplicates. False: there was none.';

CREATE TABLE public.wa_events (
    wa_message_id text NOT NULL,
    user_id uuid,
    phone_number_id text,
    message_type text NOT NULL,
    status text NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    sent_at timestamp with time zone,
    error text,
    payload jsonb,
    CONSTRAINT wa_events_failed_can_be_replayed CHECK (((status <> 'failed'::text) OR ((error IS NOT NULL) AND (payload IS NOT NULL)))),
    CONSTRAINT wa_events_processed_has_a_user CHECK (((user_id IS NOT NULL) OR (status <> ALL ('{processed,failed}'::text[])))),
    CONSTRAINT wa_events_status_is_known CHECK ((status = ANY ('{processed,failed,invalid_sender,ignored}'::text[]))),
    CONSTRAINT wa_events_wa_message_id_is_not_empty CHECK ((wa_message_id <> ''::text))
)
WITH (autovacuum_vacuum_insert_scale_factor='0.05');

COMMENT ON TABLE public.wa_events IS 'Every inbound message once, by Meta''s message id: what makes processing happen exactly once. Never updated; deleting a row lets that message be processed again.';

COMMENT ON COLUMN public.wa_events.received_at IS 'When it was committed here.';

COMMENT ON COLUMN public.wa_events.sent_at IS 'When the user sent it, by Meta''s clock (whole seconds).';

COMMENT ON COLUMN public.wa_events.error IS 'SQLSTATE and message of the failure.';

COMMENT ON COLUMN public.wa_events.payload IS 'Of what was processed the message as Meta sent it, where the setting message_history says so; of what failed, or came for numbers of others, the message in its envelope, as wa_dispatch takes it.';

CREATE FUNCTION wa.dispatch_again(p_event public.wa_events) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.dispatch_again(p_event public.wa_events) IS 'Lets a kept failed message take effect, and returns the counts and events of wa_dispatch: a user''s by wa_dispatch itself, the result of a task by the way it came, where one for which nobody waits any longer counts as ignored. The caller has deleted the event.';

CREATE FUNCTION wa.drop_log_partitions(p_before timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO'
    SET "TimeZone" TO 'UTC'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.drop_log_partitions(p_before timestamp with time zone) IS 'Drops the partitions of webhook_logs whose whole day lies before p_before, and returns how many rows went with them. Runs as the owner of the table.';

CREATE FUNCTION wa.emit_event(p_event text, p_fields jsonb DEFAULT '{}'::jsonb, p_level text DEFAULT 'info'::text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.emit_event(p_event text, p_fields jsonb, p_level text) IS 'A structured log event as a NOTICE that holds one JSON object: the caller logs it, psql shows it. Fields hold no personal data.';

CREATE FUNCTION wa.end_handover(p_user_id uuid, p_phone_number_id text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.end_handover(p_user_id uuid, p_phone_number_id text) IS 'Lets the bot have a conversation again, where it stood.';

CREATE FUNCTION wa.end_overdue_tasks() RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.end_overdue_tasks() IS 'Lets tasks fail that were not done by their deadline, or whose last attempt a worker did not bring back, up to a hundred of each in a call, and tells their conversations; where there are none, tells those that a person has given back of what ended meanwhile. Returns the events to log.';

CREATE FUNCTION wa.erase_basket_contributions(p_user_ids uuid[]) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.erase_basket_contributions(p_user_ids uuid[]) IS 'Of wa_erase_profile: the ledger stays as it is, so that its sums do. Its rows name a profile that nothing personal is left of.';

CREATE FUNCTION wa.erase_basket_join_attempts(p_user_ids uuid[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.erase_basket_join_attempts(p_user_ids uuid[]) OWNER TO wa_basket_owner;

COMMENT ON FUNCTION wa.erase_basket_join_attempts(p_user_ids uuid[]) IS 'Of wa_erase_profile: forgets how many wrong codes a person has tried.';

CREATE FUNCTION wa.erase_basket_members(p_user_ids uuid[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.erase_basket_members(p_user_ids uuid[]) OWNER TO wa_basket_owner;

COMMENT ON FUNCTION wa.erase_basket_members(p_user_ids uuid[]) IS 'Of wa_erase_profile: takes a person out of all baskets. Another member becomes owner where none would be left; a basket without members closes, and loses its name, description and place.';

CREATE FUNCTION wa.erase_desk_actions(p_user_ids uuid[]) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.erase_desk_actions(p_user_ids uuid[]) IS 'Of wa_erase_profile: what colleagues did about these profiles stays, and no longer says about whom.';

CREATE FUNCTION wa.erase_kept_payloads(p_pattern text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.erase_kept_payloads(p_pattern text) IS 'Of wa_erase_profile: takes what names somebody, as wa.match_names tells, out of kept payloads. One that waits for a person and holds what others wrote is left without it, every other one is deleted. Returns how many.';

CREATE FUNCTION wa.erase_traces(p_pattern text, p_words text[]) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.erase_traces(p_pattern text, p_words text[]) IS 'Of wa_erase_profile: what names somebody where no column does, by a pattern of wa.match_names or by whole words, such as message ids. Alerts are left without their details. Returns how many rows by table.';

CREATE FUNCTION wa.erase_wa_events(p_user_ids uuid[]) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.erase_wa_events(p_user_ids uuid[]) IS 'Of wa_erase_profile: deletes what these profiles wrote. Meta encodes the number in its message ids, so that only their digests are kept, for as long as it may repeat one.';

CREATE FUNCTION wa.establish_plain_senders(p_messages wa.message[]) RETURNS uuid[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.establish_plain_senders(p_messages wa.message[]) IS 'Finds or creates together the profiles of those senders whose number and ids no message of the payload pairs otherwise, and who are either new or known by exactly these; returns for each message the sender''s profile, and null where wa.establish_profile has to look closer. The caller holds the locks.';

CREATE FUNCTION wa.establish_profile(p_phone text, p_bsuid text, p_parent_bsuid text DEFAULT NULL::text, p_display_name text DEFAULT NULL::text, p_sent_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone) RETURNS uuid
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.establish_profile(p_phone text, p_bsuid text, p_parent_bsuid text, p_display_name text, p_sent_at timestamp with time zone) IS 'The profile of a sender named by a number, a BSUID or both, which a payload paired at p_sent_at (-infinity: not Meta''s): found, completed, created, or merged from two. The same number with another active BSUID starts a new profile, and takes the number unless a later pair is known. The caller holds the locks.';

CREATE FUNCTION wa.establish_senders(p_messages wa.message[], p_statuses jsonb) RETURNS wa.message[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.establish_senders(p_messages wa.message[], p_statuses jsonb) IS 'Finds, creates or merges the profile of each message''s sender, and of those whom statuses name by number and BSUID, under locks: those whose names the payload pairs in one way only together, any other one after the other.';

CREATE FUNCTION wa.expire_tables(p_batch integer) RETURNS TABLE(table_name text, expired integer)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.expire_tables(p_batch integer) IS 'Of wa_retention_step: has every flow let go of what is past its time in a table of its own, by the routine wa.expire_<table>(batch integer) returns integer, which does up to so many rows and returns how many it did. A rule that fails is undone alone, and an alert names it.';

CREATE TABLE wa.lives (
    token text NOT NULL,
    began_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    system_identifier bigint NOT NULL,
    timeline_id bigint NOT NULL,
    database_oid bigint NOT NULL,
    left_at timestamp with time zone,
    left_because text,
    last_notification_id bigint,
    CONSTRAINT lives_end_at_a_message CHECK (((left_at IS NULL) = (last_notification_id IS NULL))),
    CONSTRAINT lives_end_for_a_reason CHECK (((left_at IS NULL) = (left_because IS NULL))),
    CONSTRAINT lives_token_is_hexadecimal CHECK ((token ~ '^[0-9a-f]{16}$'::text))
);

COMMENT ON TABLE wa.lives IS 'The lives of this database: one from its first claim on, and a further one each time it was restored or copied and an operator let its queue go on. A dump and a base backup carry the rows, but not where they were written: by that a copy knows itself for one.';

COMMENT ON COLUMN wa.lives.token IS 'Part of the callback data of whatever is sent in this life, 16 hexadecimal digits: another database that sends from the same account has none like it.';

COMMENT ON COLUMN wa.lives.system_identifier IS 'Of the cluster; initdb makes it, a base backup keeps it, a dump and pg_upgrade do not.';

COMMENT ON COLUMN wa.lives.timeline_id IS 'Of the write-ahead log; it grows when a server ends its recovery: a restore, or a standby that was promoted.';

COMMENT ON COLUMN wa.lives.database_oid IS 'Of the database in its cluster; a copy made with create database has another one.';

COMMENT ON COLUMN wa.lives.left_at IS 'When the database was found to be restored or copied. Null: this is its life.';

COMMENT ON COLUMN wa.lives.left_because IS 'How that showed.';

COMMENT ON COLUMN wa.lives.last_notification_id IS 'The newest message when that was found: what the original may have sent as well is among those up to this one. Null: this is its life.';

CREATE FUNCTION wa.explain_move(p_life wa.lives, p_system_identifier bigint, p_timeline_id bigint, p_database_oid bigint) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.explain_move(p_life wa.lives, p_system_identifier bigint, p_timeline_id bigint, p_database_oid bigint) IS 'Why this database, which is at a place of wa.get_place, is not where a life of it was: it was restored or copied. Null while it is, and after a standby was promoted while the queue was alive.';

CREATE FUNCTION wa.export_basket_contributions(p_user_ids uuid[]) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.export_basket_contributions(p_user_ids uuid[]) OWNER TO wa_basket_owner;

COMMENT ON FUNCTION wa.export_basket_contributions(p_user_ids uuid[]) IS 'Of wa_export_profile: what a person has put into baskets, amounts in minor units.';

CREATE FUNCTION wa.export_basket_members(p_user_ids uuid[]) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.export_basket_members(p_user_ids uuid[]) OWNER TO wa_basket_owner;

COMMENT ON FUNCTION wa.export_basket_members(p_user_ids uuid[]) IS 'Of wa_export_profile: the baskets that a person is in.';

CREATE FUNCTION wa.export_media(p_user_ids uuid[]) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.export_media(p_user_ids uuid[]) IS 'What people sent of pictures, documents and the like, and the pictures with which colleagues answered them, as wa_export_profile hands it out: with the hash of the bytes, and the key under which the media store has them.';

CREATE FUNCTION wa.fall_silent(p_user_id uuid, p_phone_number_id text, p_reason text, p_since timestamp with time zone, p_until timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.fall_silent(p_user_id uuid, p_phone_number_id text, p_reason text, p_since timestamp with time zone, p_until timestamp with time zone) IS 'Answers nothing that a user writes to a business number until then. A longer silence stays, and what ended one since.';

CREATE FUNCTION wa.fetch_media(p_chat wa.chat, p_state text DEFAULT NULL::text, p_late_state text DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.fetch_media(p_chat wa.chat, p_state text, p_late_state text) IS 'Asks for what the user has just sent (a picture, a document, …), as part of what the step does, and returns the task''s id for wa.wait_for; null where the message brings nothing to fetch. The result comes back like any task''s, to the step of p_state (null: the state at hand): media (the row of wa.media), sha256, size_bytes, mime_type by content and key, or refused (too_large, wrong_kind) instead of them.';

CREATE FUNCTION wa.find_basket_detail(p_chat wa.chat) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_basket_detail(p_chat wa.chat) IS 'The basket that the chat is about, as basket_detail shows it to this person: the one whose id was in the tapped reply (data.target), else the one remembered (data.basket_id). Null when the person sees no such basket.';

CREATE FUNCTION wa.find_basket_refusal(p_sqlstate text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_basket_refusal(p_sqlstate text) IS 'What a basket routine refused, by its SQLSTATE: the key of the words for the user in wa.texts.';

CREATE FUNCTION wa.find_buttons_problem(p_buttons jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_buttons_problem(p_buttons jsonb) IS 'What is wrong with the reply buttons of an interactive message, or null.';

CREATE FUNCTION wa.find_by_alias(p_bsuids text[], p_parent_bsuids text[], p_phones text[] DEFAULT NULL::text[]) RETURNS uuid[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_by_alias(p_bsuids text[], p_parent_bsuids text[], p_phones text[]) IS 'The profiles that once went by one of these BSUIDs or numbers, or have one of these parent BSUIDs.';

CREATE FUNCTION wa.find_caller() RETURNS name
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_caller() IS 'The role that the session acts as, outside of all routines: the one that was set, else the one that is logged in.';

CREATE FUNCTION wa.find_conflicts(p_flow text, p_rows jsonb) RETURNS text[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_conflicts(p_flow text, p_rows jsonb) IS 'What of a flow''s rows, as wa.read_declaration returns them, leads nowhere, or is another flow''s already, a sentence each. With no rows: what other flows need of it.';

CREATE FUNCTION wa.find_contact(p_contacts jsonb, p_by_name jsonb, p_phone text, p_bsuid text, p_value jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_contact(p_contacts jsonb, p_by_name jsonb, p_phone text, p_bsuid text, p_value jsonb) IS 'Which of the contacts of a webhook is the one that a message or a status names by number or BSUID: matched by name, never by position; null where none is. p_by_name is wa.index_contacts of several contacts, and null for a single one, which is also the one that a message means that names nobody; p_value is the value of the change that all of them came in.';

CREATE FUNCTION wa.find_declaration_mistakes(p_flow text, p_declaration jsonb) RETURNS text[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET jit TO 'off'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_declaration_mistakes(p_flow text, p_declaration jsonb) IS 'What is wrong with the shape of a flow''s declaration, a sentence each; empty when wa.read_declaration can read it.';

CREATE FUNCTION wa.find_document_fields(p_document text, p_result jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_document_fields(p_document text, p_result jsonb) IS 'The fields of a document that rules of wa.document_fields find in what OCR read: an object with value, confidence (0 to 1), page (from 1), box (left, top, width and height, as the lines have them) and is_valid for each field, and null for one that is not there. A value that passes its check is in one form (dates YYYY-MM-DD), one that does not is as it was read. Takes any JSON. Raises WA053 for a document that nobody declared.';

CREATE FUNCTION wa.find_document_mistakes(p_documents jsonb) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_document_mistakes(p_documents jsonb) IS 'What is wrong with the documents of a flow''s declaration, a sentence each.';

CREATE FUNCTION wa.find_end_of_doubt() RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_end_of_doubt() IS 'The newest message that was there when this database was found to be restored or copied: what the original may have sent ends with it. Null in any other database.';

CREATE TABLE wa.flow_entries (
    kind text NOT NULL,
    value text NOT NULL,
    action text DEFAULT 'enter'::text NOT NULL,
    to_state text,
    locale text,
    scope text DEFAULT 'everywhere'::text NOT NULL,
    CONSTRAINT flow_entries_action_is_known CHECK ((action = ANY (ARRAY['enter'::text, 'back'::text, 'cancel'::text]))),
    CONSTRAINT flow_entries_enter_names_a_state CHECK (((action = 'enter'::text) = (to_state IS NOT NULL))),
    CONSTRAINT flow_entries_keyword_is_folded CHECK (((kind <> 'keyword'::text) OR (value = lower(btrim(value))))),
    CONSTRAINT flow_entries_kind_is_known CHECK ((kind = ANY (ARRAY['keyword'::text, 'reply'::text, 'reply_prefix'::text, 'deep_link'::text, 'message_kind'::text]))),
    CONSTRAINT flow_entries_scope_is_known CHECK ((scope = ANY (ARRAY['home'::text, 'everywhere'::text])))
);

COMMENT ON TABLE wa.flow_entries IS 'What brings a user into a state from outside its flow: a keyword, the id of a tapped button or row, or a prefilled text opened from a link.';

COMMENT ON COLUMN wa.flow_entries.value IS 'A keyword in lower case without accents, a reply id, the beginning of reply ids such as basket.detail. (the rest is handed to the step as data.target), the prefix of a deep link such as JB: (what follows it is handed to the step as data.link), or a kind of message that begins a conversation at home, such as image, or text for what nothing else understands; behind an at sign the business number, where it counts for that one alone.';

COMMENT ON COLUMN wa.flow_entries.action IS 'enter: go to to_state. back: to the state''s back_to. cancel: give up and go home.';

COMMENT ON COLUMN wa.flow_entries.locale IS 'The language of a keyword. A keyword is understood whatever the profile''s language.';

COMMENT ON COLUMN wa.flow_entries.scope IS 'everywhere: also in the middle of another flow. home: only in the home state.';

CREATE FUNCTION wa.find_entry(p_message wa.message, p_state text, p_consent text, p_keyword wa.flow_entries) RETURNS wa.flow_entries
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_entry(p_message wa.message, p_state text, p_consent text, p_keyword wa.flow_entries) IS 'The entry point that a message names for a chat in this state; a row of nulls when it names none. An id that was tapped leads where it says. A word leads where it says however it was said: typed, under a picture, or shown by a button whose id is none of ours; those of wa.consent_words go before all others. At home what kind of message it is can lead somewhere, where nothing else does. p_consent and p_keyword are the action of wa.consent_words and the keyword that its text, folded, names.';

CREATE FUNCTION wa.find_flow_of(p_name text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_flow_of(p_name text) IS 'Whose flow a table or routine is, by the beginning of its name; null when it is none''s.';

CREATE FUNCTION wa.find_interactive_problem(p_interactive jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_interactive_problem(p_interactive jsonb) IS 'What is wrong with an interactive message, or null. Types that are not known here are for Meta to judge.';

CREATE FUNCTION wa.find_list_problem(p_action jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_list_problem(p_action jsonb) IS 'What is wrong with the action of an interactive list, or null.';

CREATE FUNCTION wa.find_media_key(p_media bigint) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_media_key(p_media bigint) IS 'Where the media store has what wa.media knows by this id; null where it is not stored.';

CREATE FUNCTION wa.find_media_problem(p_type text, p_media jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_media_problem(p_type text, p_media jsonb) IS 'What is wrong with an image, video, audio, document or sticker, or null. qr, file and stored are uploaded by the notifier.';

CREATE FUNCTION wa.find_name_in(p_key text, p_word text) RETURNS integer
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_name_in(p_key text, p_word text) IS 'Which of the names that commas part in a text a word is, in any language, written out or cut after three letters or more: its place, from 1. Null when it is none, or could be several.';

CREATE FUNCTION wa.find_number(p_value jsonb) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_number(p_value jsonb) IS 'The phone_number_id of the business number that a webhook about the account names, by id or as people dial it; null when it names none of ours.';

CREATE FUNCTION wa.find_oldest_due() RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_oldest_due() IS 'Since when the oldest notification is due that a notifier could claim, or null: it looks at the first 1,000 of each number and priority.';

CREATE FUNCTION wa.find_oldest_due_task() RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_oldest_due_task() IS 'Since when a worker could have claimed the task that waits longest, of the thousand that have to be done first; null when none is due.';

CREATE FUNCTION wa.find_or_create_profile(p_phone text, p_bsuid text) RETURNS uuid
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_or_create_profile(p_phone text, p_bsuid text) IS 'The profile of a recipient named by number or BSUID, created when nobody knows it yet.';

CREATE FUNCTION wa.find_payload_problem(p_payload jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_payload_problem(p_payload jsonb) IS 'What Meta would refuse about a message body, in words, or null. Limits count characters, as Meta does.';

CREATE FUNCTION wa.find_person(p_who text) RETURNS uuid
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_person(p_who text) IS 'The profile of a person named by number in any usual spelling, by BSUID, or by user_id, that of a merged profile too. Raises WA043 when there is none.';

CREATE FUNCTION wa.find_plural(p_key text, p_locale text, p_count text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_plural(p_key text, p_locale text, p_count text) IS 'Of a text that was declared with the forms one and other: that for a count, in the user''s language, else in the default one, else in English. Null where there is no such text.';

CREATE FUNCTION wa.find_profile(p_phone text, p_bsuid text, p_parent_bsuid text DEFAULT NULL::text, p_sent_at timestamp with time zone DEFAULT now()) RETURNS public.profiles
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_profile(p_phone text, p_bsuid text, p_parent_bsuid text, p_sent_at timestamp with time zone) IS 'The profile that goes by this BSUID or number, or went by this BSUID before, or has this parent BSUID, or went by this number when something was sent at p_sent_at; a row of nulls when there is none.';

CREATE FUNCTION wa.find_template_problem(p_template jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_template_problem(p_template jsonb) IS 'What is wrong with the shape of a template message, or null. Whether the template exists only Meta knows.';

CREATE FUNCTION wa.find_text_problem(p_text jsonb, p_name text, p_limit integer) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_text_problem(p_text jsonb, p_name text, p_limit integer) IS 'What is wrong with a required text of limited length, or null.';

CREATE FUNCTION wa.find_time_zone(p_user_id uuid) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_time_zone(p_user_id uuid) IS 'The time zone of a person: metadata.time_zone of the profile where it is one, else the setting default_time_zone.';

CREATE FUNCTION wa.find_visible_basket(p_basket_id uuid, p_user_id uuid) RETURNS public.baskets
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.find_visible_basket(p_basket_id uuid, p_user_id uuid) IS 'A basket that this person may see: one of its own, or a public and open one. Raises WA021 otherwise, without telling whether it exists.';

CREATE FUNCTION wa.finish(p_chat wa.chat, p_key text DEFAULT NULL::text, p_values jsonb DEFAULT NULL::jsonb) RETURNS wa.step_result
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.finish(p_chat wa.chat, p_key text, p_values jsonb) IS 'What a step returns that ends its flow: leads home, and says a text before, with p_values filled in.';

CREATE FUNCTION wa.finish_tasks(p_task_ids bigint[]) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.finish_tasks(p_task_ids bigint[]) IS 'Tells the conversations of tasks that have just been done, have failed for good or were cancelled by an operator, and operators of the failures. Returns the events to log. The caller holds the locks of their users'' profiles.';

CREATE FUNCTION wa.fold_basket_code(p_code text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.fold_basket_code(p_code text) IS 'A typed code as baskets.share_token has it: without regard to case, spaces, hyphens and the prefix JB:, and with letters that are taken for another (O, I, L, U) read as that one.';

CREATE FUNCTION wa.fold_consent_word() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.fold_consent_word() OWNER TO wa_runtime;

COMMENT ON FUNCTION wa.fold_consent_word() IS 'Stores a consent word as messages are compared with it.';

CREATE FUNCTION wa.fold_moment(p_text text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.fold_moment(p_text text) IS 'A day and time as they are read: lower case, without accents, in words between single spaces, of which one begins and one ends it, without a full stop. Unlike wa.fold_text it keeps what parts 14/12 and 8:30.';

CREATE FUNCTION wa.fold_text(p_text text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.fold_text(p_text text) IS 'A text as keywords are compared: lower case, without accents and punctuation. Null for a text of more than 100 characters: that is no keyword.';

CREATE FUNCTION wa.follow_clock() RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.follow_clock() IS 'When the clock was set back since the last claim, lets what was queued before keep its order and not wait for the clock to come back, and raises an alert. False: another claim is at it, and nothing may be claimed before it is done. Comes before wa.note_presence, which forgets when the last claim was.';

CREATE FUNCTION wa.forget_menus() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.forget_menus() OWNER TO wa_runtime;

COMMENT ON FUNCTION wa.forget_menus() IS 'Empties wa.rendered_menus, since something that menus are made of changed.';

CREATE FUNCTION wa.forget_pause() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.forget_pause() IS 'Of wa_queue_resume: what is held back of alerts about a pause and its reason is not posted after the mending.';

CREATE FUNCTION wa.format_amount(p_minor bigint, p_currency text, p_locale text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.format_amount(p_minor bigint, p_currency text, p_locale text) IS 'An amount of minor units as people write it, such as 1,234.50 USD; whole amounts without decimals.';

CREATE FUNCTION wa.format_date(p_date date, p_locale text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.format_date(p_date date, p_locale text) IS 'A day as people say it, such as Tuesday, December 1; with its year where that is not this one.';

CREATE FUNCTION wa.format_distance(p_km double precision, p_locale text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.format_distance(p_km double precision, p_locale text) IS 'A distance as people say it, such as 350 m, 3.4 km or 27 km.';

CREATE FUNCTION wa.format_moment(p_at timestamp with time zone, p_locale text, p_zone text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.format_moment(p_at timestamp with time zone, p_locale text, p_zone text) IS 'Day and time of a moment in a time zone, such as Tuesday, December 1 at 3:30 PM.';

CREATE FUNCTION wa.format_time(p_at timestamp with time zone, p_locale text, p_zone text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.format_time(p_at timestamp with time zone, p_locale text, p_zone text) IS 'The time of day of a moment in a time zone as people write it, such as 3:30 PM or 15:30. Its pattern is a text, as to_char takes it.';

CREATE FUNCTION wa.forward_to_desk(p_place public.chat_state, p_content jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.forward_to_desk(p_place public.chat_state, p_content jsonb) IS 'Queues a task of the kind that the setting handover_task_kind names (empty: none), so that a help desk outside hears what a user writes to a person: whose conversation it is, who has it, why, and the message as Meta sent it.';

CREATE FUNCTION wa.gather_person(p_user_id uuid) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.gather_person(p_user_id uuid) IS 'Everything about a person, an array of rows by table: profiles (with those that were merged), messages in both directions, and what flows keep. kept_payloads only names those that hold something of this person, since they may hold others'' as well.';

CREATE FUNCTION wa.generate_basket_code() RETURNS text
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.generate_basket_code() IS 'A new basket code: ten symbols of Crockford''s base 32, 50 bits from the server''s strong random source.';

CREATE FUNCTION wa.get_currency_exponent(p_currency text) RETURNS integer
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.get_currency_exponent(p_currency text) IS 'How many decimal places the minor unit of a currency has, by ISO 4217.';

CREATE FUNCTION wa.get_fallback_text(p_key text, p_locale text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.get_fallback_text(p_key text, p_locale text) IS 'A text that the user''s language lacks: in the default language, else in English. Raises WA006 when neither has it.';

CREATE FUNCTION wa.get_media_cache_key(p_payload jsonb, p_phone_number_id text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.get_media_cache_key(p_payload jsonb, p_phone_number_id text) IS 'Under which key the upload of a payload''s media is remembered; null for a payload that needs no upload.';

CREATE FUNCTION wa.get_menu(p_body_key text, p_locale text, p_page integer) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.get_menu(p_body_key text, p_locale text, p_page integer) IS 'What a step answers with to show a page of the home menu under one of its texts: an array of one body. The first page is rendered once and kept in wa.rendered_menus.';

CREATE FUNCTION wa.get_place(OUT system_identifier bigint, OUT timeline_id bigint, OUT database_oid bigint) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.get_place(OUT system_identifier bigint, OUT timeline_id bigint, OUT database_oid bigint) IS 'Where this database is: what no dump carries and what a restore or a copy changes. Any role may read it.';

CREATE FUNCTION wa.get_profile(p_user_id uuid) RETURNS public.profiles
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.get_profile(p_user_id uuid) IS 'A profile, or the one that took it over; a row of nulls when there is none.';

CREATE FUNCTION wa.get_retention_cutoffs() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.get_retention_cutoffs() IS 'By table, the moment before which retention purges.';

CREATE FUNCTION wa.get_setting(p_key text) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.get_setting(p_key text) IS 'The value of a setting. Raises WA004 when its row is gone.';

CREATE FUNCTION wa.get_text(p_key text, p_locale text, p_values jsonb DEFAULT NULL::jsonb) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.get_text(p_key text, p_locale text, p_values jsonb) IS 'What the bot says under a key, in the user''s language, else in the default one, else in English, with {named} placeholders filled in. Of a text with plural forms the one that fits p_values'' count. Raises WA006 when there is no such text.';

CREATE FUNCTION wa.go(p_chat wa.chat, p_state text, p_data jsonb DEFAULT NULL::jsonb, p_key text DEFAULT NULL::text, p_values jsonb DEFAULT NULL::jsonb) RETURNS wa.step_result
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.go(p_chat wa.chat, p_state text, p_data jsonb, p_key text, p_values jsonb) IS 'What a step returns that leads to another state: what the chat remembers there (null: nothing), and a text that is said on the way, with p_values filled in. State and text are named as the flow does, or by their whole names.';

CREATE FUNCTION wa.group_alerts() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.group_alerts() IS 'Moves what has happened into wa.alerts, one row for each kind and group with a count. Messages of invalid senders become an alert only as a spike. One caller at a time; others return at once.';

CREATE FUNCTION wa.hand_over(p_chat wa.chat, p_key text DEFAULT NULL::text, p_note text DEFAULT NULL::text, p_values jsonb DEFAULT NULL::jsonb, p_data jsonb DEFAULT NULL::jsonb) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.hand_over(p_chat wa.chat, p_key text, p_note text, p_values jsonb, p_data jsonb) IS 'What a step returns that wants a person to go on: says a text ("a colleague answers you here"), and the bot is silent until the conversation is handed back. p_note says why, for whoever takes it. The chat stays in its state: what the user says first when the bot has it again is this step''s answer.';

CREATE FUNCTION wa.has_moved_on(p_user_id uuid, p_phone_number_id text, p_sent_at timestamp with time zone, p_failed_at timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.has_moved_on(p_user_id uuid, p_phone_number_id text, p_sent_at timestamp with time zone, p_failed_at timestamp with time zone) IS 'Whether a conversation is no longer where it was when a message failed: later messages of its user have taken effect since, or it has timed out since.';

CREATE FUNCTION wa.heed_handover(p_place public.chat_state, p_message wa.message, OUT is_silent boolean, OUT is_called_back boolean, OUT event jsonb) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.heed_handover(p_place public.chat_state, p_message wa.message, OUT is_silent boolean, OUT is_called_back boolean, OUT event jsonb) IS 'What becomes of a message in a conversation that was handed over to a person: the bot is silent; or the user calls it back by a word of wa.hand_back_words; or neither, since the time is over. In the latter two cases the bot has the conversation again. Returns the event to log as well. The caller holds the profile''s lock.';

CREATE FUNCTION wa.heed_silences(p_messages wa.message[], OUT messages wa.message[], OUT events jsonb) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.heed_silences(p_messages wa.message[], OUT messages wa.message[], OUT events jsonb) IS 'Of messages marks those as unanswered whose senders the bot is silent towards, and returns the events to log.';

CREATE FUNCTION wa.hold_back(p_verdicts jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.hold_back(p_verdicts jsonb) IS 'Carries out what wa.judge_due found against sending now: an object from notification id to verdict. The caller has locked the rows.';

CREATE FUNCTION wa.hold_conversation(p_who text, p_phone_number_id text) RETURNS public.chat_state
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.hold_conversation(p_who text, p_phone_number_id text) IS 'Locks the conversation with somebody that is meant, by wa.find_person and wa.choose_conversation, and returns who has it: its row, or, where the bot has it, nothing but user_id and phone_number_id. Raises WA043 for nobody and for a person who was erased, WA045 for a number that is not ours, and 40001 to be called again when the person was merged meanwhile.';

CREATE FUNCTION wa.hold_conversations(p_user_ids uuid[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.hold_conversations(p_user_ids uuid[]) IS 'Locks the conversations of these users, in dispatch''s order: results then take effect where no message does at the same time.';

CREATE FUNCTION wa.hold_for_person(p_user_id uuid, p_phone_number_id text, p_agent text, p_note text, p_lasts interval DEFAULT NULL::interval) RETURNS public.chat_state
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.hold_for_person(p_user_id uuid, p_phone_number_id text, p_agent text, p_note text, p_lasts interval) IS 'Gives a conversation to a colleague, or to whoever takes it (p_agent null: the user waits from now on), for p_lasts (null: the setting handover_seconds, or longer if it was given longer before), and returns where it stands. The caller holds the profile''s lock.';

CREATE FUNCTION wa.hold_idle_conversations(p_user_ids uuid[]) RETURNS uuid[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.hold_idle_conversations(p_user_ids uuid[]) IS 'Locks the conversations of those of these users with whom nobody is busy, and returns who that is. The others are looked at next time: a claim waits for nobody''s conversation.';

CREATE FUNCTION wa.hold_profile(p_profile_id uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.hold_profile(p_profile_id uuid) OWNER TO wa_runtime;

COMMENT ON FUNCTION wa.hold_profile(p_profile_id uuid) IS 'Keeps a profile from being merged until the end of the transaction; hinders nothing else. Routines of flows may read profiles but not lock them, so that this one does.';

CREATE FUNCTION wa.hold_results(p_results wa.message[], OUT free wa.message[], OUT held bigint[]) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.hold_results(p_results wa.message[], OUT free wa.message[], OUT held bigint[]) IS 'Of results of tasks sets those aside whose conversations a person has (held: the ids of the tasks, null for none), and returns the others. wa.deliver_held_results tells them later.';

CREATE FUNCTION wa.index_contacts(p_contacts jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.index_contacts(p_contacts jsonb) IS 'The contacts of a webhook by each of their names, for wa.find_contact: with thousands of them, comparing each would take for ever.';

CREATE FUNCTION wa.is_answer(p_chat wa.chat, p_name text, p_words_key text) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.is_answer(p_chat wa.chat, p_name text, p_words_key text) IS 'Whether what was said is one answer to the question that the state asks: the button of this choice was tapped, or its words were said: typed, or shown by a button that is none of ours. The words are a text, as a whole or any of what commas part, and understood in every language. A state that is just being entered has no answer yet.';

CREATE FUNCTION wa.is_awaited(p_user_ids uuid[]) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.is_awaited(p_user_ids uuid[]) IS 'Whether something waits for the next message of one of these users: for most nothing does, and looking costs less than updating nothing.';

CREATE FUNCTION wa.is_contribution_recorded(p_reference text, p_user_id uuid, p_basket_id uuid, p_amount_minor bigint) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.is_contribution_recorded(p_reference text, p_user_id uuid, p_basket_id uuid, p_amount_minor bigint) IS 'Whether this very contribution is in the ledger. Raises WA034 when its reference names another one. Volatile, to see what was committed while the caller waited for a lock.';

CREATE FUNCTION wa.is_id_of_ours(p_reply_id text) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.is_id_of_ours(p_reply_id text) IS 'Whether the id of a tapped button or row is one that a flow gave it: an answer to a question, or an entry point. What a template''s button carries by default is its label, and others send buttons as well.';

CREATE FUNCTION wa.is_known_message(p_message jsonb) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.is_known_message(p_message jsonb) IS 'Whether an object among a payload''s messages has an id and a type, a kind within that type, and errors, that the facts of Meta''s API name.';

CREATE FUNCTION wa.is_on_node() RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.is_on_node() IS 'Whether this schema is on a node of a cluster (Citus), where tables are made and dropped by its coordinator alone.';

CREATE FUNCTION wa.is_pattern(p_text text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.is_pattern(p_text text) IS 'Whether a text is a regular expression that a rule may have: at most 200 characters, and no back-reference, whose time has no bound.';

CREATE FUNCTION wa.is_retention_due() RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.is_retention_due() IS 'Whether retention last ran longer ago than retention_interval_seconds, or never.';

CREATE FUNCTION wa.is_somebody_else(p_user_id uuid, p_status jsonb) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.is_somebody_else(p_user_id uuid, p_status jsonb) IS 'Whether a status names a person that we know, and not the one with this user_id: neither by number nor by BSUID.';

CREATE FUNCTION wa.is_sound_list(p_payload jsonb) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.is_sound_list(p_payload jsonb) IS 'Whether a message body is an interactive list of one section without title, header and footer, and within every limit: the menus that most replies are pass with one look. What does not is for wa.find_payload_problem to judge.';

CREATE FUNCTION wa.is_worth_retrying(p_sqlstate text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.is_worth_retrying(p_sqlstate text) IS 'Whether an error is a lost race or the server''s trouble, as all are whose cause is not known, and so neither the fault of the message at hand nor a mistake of the flow''s own code: it is then raised again, so that the whole call is repeated. handler/process/blame.py says the same for whole calls.';

CREATE FUNCTION wa.join_arrays(p_arrays jsonb[]) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.join_arrays(p_arrays jsonb[]) IS 'One JSON array of the elements of several, in order.';

CREATE FUNCTION wa.join_basket(p_chat wa.chat, p_code text) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.join_basket(p_chat wa.chat, p_code text) IS 'Joins by a code: leads to the basket, back to the question for a wrong code, or home when it is refused.';

CREATE FUNCTION wa.judge_due(p_number text, p_look integer, p_except bigint[], OUT looked_at integer, OUT ready_rows tid[], OUT ready_addresses text[], OUT paced_users uuid[], OUT blocked_ids bigint[], OUT held_back jsonb) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_memoize TO 'off'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.judge_due(p_number text, p_look integer, p_except bigint[], OUT looked_at integer, OUT ready_rows tid[], OUT ready_addresses text[], OUT paced_users uuid[], OUT blocked_ids bigint[], OUT held_back jsonb) IS 'Locks the next p_look due notifications of a business number, skipping those another worker holds, and judges what is to be done with each now. Those to be sent: ready_rows, where the row is, with ready_addresses, the profile''s present one, and paced_users, null where no pace or place in a user''s order counts. Those that wait for an earlier one: blocked_ids. All others: held_back, from id to verdict. looked_at counts all.';

CREATE FUNCTION wa.judge_results(p_results wa.message[]) RETURNS wa.message[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.judge_results(p_results wa.message[]) IS 'Results of tasks, each of another user, with the state that takes them in content.task_result.to_state: the one that waits for it, or the late state that it names. Where nobody waits the status is ignored: the chat is elsewhere or has timed out, waits for another task (data.task), its user wants no messages, or somebody else answers there.';

CREATE FUNCTION wa.keep_foreign(p_messages wa.message[]) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.keep_foreign(p_messages wa.message[]) IS 'Keeps messages that came for numbers which are not ours, whole, so that they can be replayed when one of them is; raises an alert for each number, and returns how many had not come before.';

CREATE FUNCTION wa.keep_media(p_media bigint, p_for interval) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.keep_media(p_media bigint, p_for interval) IS 'Keeps media for so long from now, whatever received_media_ttl_days says, and says whether there is such a row of wa.media. For less or nothing, too: what is not needed goes with the next run of retention.';

CREATE FUNCTION wa.keep_payloads(p_payloads jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.keep_payloads(p_payloads jsonb) IS 'Stores signed payloads byte for byte: an array of objects with body (base64), reason and error. The same bytes are stored once and counted. What waits for a person raises an alert.';

CREATE FUNCTION wa.keep_unattributed(p_webhooks jsonb) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.keep_unattributed(p_webhooks jsonb) IS 'Keeps messages whose sender cannot be told, each webhook as it would have come with just these, and returns how many messages. Their ids are not spent: a redelivery or a replay counts once the sender can be told.';

CREATE FUNCTION wa.know_senders(p_messages wa.message[], p_statuses jsonb) RETURNS wa.message[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.know_senders(p_messages wa.message[], p_statuses jsonb) IS 'Fills in the sender''s profile of every message and locks these profiles until the transaction ends, so that one user''s messages take effect one at a time; learns from statuses that name both a number and a BSUID. Every call takes its locks in one order: identities that are not known, then profiles by user_id. Raises 40001 when a profile was merged or renamed just before its lock was granted.';

CREATE FUNCTION wa.learn_addresses(p_results jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.learn_addresses(p_results jsonb) IS 'Learns from what Meta answers to a message that it accepts: the number by which it knows the one that we wrote to, in any country, and the BSUID beside it. Comes before anything locks a notification, since profiles are locked first.';

CREATE FUNCTION wa.leave_life(p_because text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.leave_life(p_because text) IS 'Ends the life of this database, since it was restored or copied: its queue is paused until an operator says what is to become of messages that the original may have sent.';

CREATE FUNCTION wa.leave_out_erased(p_messages wa.message[]) RETURNS wa.message[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.leave_out_erased(p_messages wa.message[]) IS 'The messages but those of people who were erased, which Meta delivers again: they bring nothing back.';

CREATE FUNCTION wa.leave_out_foreign(p_rest jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.leave_out_foreign(p_rest jsonb) IS 'Of the rest of a webhook (of wa.read_webhook) what is about our accounts and numbers, null for nothing: without tests of the dashboard, and without what came for others, which raises an alert for each. Accounts are told apart once wa.numbers names one.';

CREATE FUNCTION wa.leave_out_person(p_value jsonb, p_pattern text, p_may_hold_others boolean DEFAULT true) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.leave_out_person(p_value jsonb, p_pattern text, p_may_hold_others boolean) IS 'A webhook payload without the messages, contacts and statuses that name somebody, as wa.match_names tells; those of others stay.';

CREATE FUNCTION wa.leave_unanswered(p_messages wa.message[], OUT messages wa.message[], OUT late integer) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.leave_unanswered(p_messages wa.message[], OUT messages wa.message[], OUT late integer) IS 'Of messages, oldest first, marks those as unanswered that come too late to be answered (reply_ttl_seconds), and says how many: they are recorded, and what they say about consent counts, but nothing is replied.';

CREATE FUNCTION wa.link_address(p_addressed text, p_phone text, p_bsuid text, p_answered_at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.link_address(p_addressed text, p_phone text, p_bsuid text, p_answered_at timestamp with time zone) IS 'Makes the number that we wrote to and the one that Meta answered with lead to one profile, which goes on under Meta''s and takes the BSUID beside it. The caller holds the locks.';

CREATE FUNCTION wa.list_account_changes(p_rest jsonb) RETURNS TABLE(sequence bigint, waba_id text, field text, event text, effect text, description text, happened_at timestamp with time zone, value jsonb)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_account_changes(p_rest jsonb) IS 'What the rest of a webhook (of wa.read_webhook) says of the account, its numbers and its templates, with the effect that wa.account_events gives each. A restriction of several kinds is one row for each kind; what restricts nothing has the kind of its violation, or the new status. Without Meta''s time, now.';

CREATE FUNCTION wa.list_basket_actions(p_detail jsonb, p_locale text) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_basket_actions(p_detail jsonb, p_locale text) IS 'What this person may do with a basket, as rows of a list.';

CREATE FUNCTION wa.list_choices(p_flow text) RETURNS TABLE(flow text, routine text, is_asked boolean, written text, total integer, title_key text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_choices(p_flow text) IS 'The choices that the steps of a flow (null: of any) ask with or understand, as far as their sources tell: the routine, whether it asks with them, how they are written, how many they are, and the key of each one''s title; the last two are null for what is no list.';

CREATE FUNCTION wa.list_document_lines(p_result jsonb) RETURNS TABLE(page integer, line bigint, body text, folded text, confidence numeric, box jsonb, box_left numeric, box_top numeric, box_right numeric, box_bottom numeric)
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_document_lines(p_result jsonb) IS 'The lines that OCR read, of whatever JSON: page from 1, box_left to box_bottom as fractions of the page (null where the line says no place), folded without accents. Twenty pages of a thousand lines of 300 characters count.';

CREATE FUNCTION wa.list_doubtful() RETURNS bigint[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_doubtful() IS 'The open messages of a database that was restored or copied, as far as they were there when it was noticed: the original may have sent them. Null in any other database.';

CREATE FUNCTION wa.list_erasure_problems() RETURNS TABLE(flow text, is_error boolean, problem text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_erasure_problems() IS 'Of wa.list_flow_problems: tables that refer to people and that public.wa_erase_profile would refuse to leave.';

CREATE FUNCTION wa.list_failures(p_failures jsonb) RETURNS TABLE(id bigint, user_id uuid, phone_number_id text, template_name text, decision text, delay interval, class_code text, class text, scope text, ends_at timestamp with time zone, ends_when_user_writes boolean, raises_alert boolean, error_message text, alert_kind text, alert_key text, alert_detail jsonb)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_failures(p_failures jsonb) IS 'Failed attempts as wa.apply_send_failures describes them, with the end of what they bring about (a block or a pause) and the alert that they may raise.';

CREATE FUNCTION wa.list_flow_problems(p_flow text DEFAULT NULL::text, p_as_declared boolean DEFAULT false) RETURNS TABLE(flow text, is_error boolean, problem text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.list_flow_problems(p_flow text, p_as_declared boolean) OWNER TO wa_runtime;

COMMENT ON FUNCTION wa.list_flow_problems(p_flow text, p_as_declared boolean) IS 'What does not hold together in a flow (null: in any), a sentence each: steps that are missing or do not compile, states that nothing leads to, moves, choices, texts, what WhatsApp would cut, what a merge of two profiles would leave behind, what nobody can be erased from. Not an error is what nobody uses, as far as the sources of steps tell. Texts are those that users read, or with p_as_declared those that flows declared. The flow is null for a table that is no flow''s.';

CREATE FUNCTION wa.list_flow_texts(p_as_declared boolean) RETURNS TABLE(flow text, prefix text, key text, locale text, body text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_flow_texts(p_as_declared boolean) IS 'The texts of flows that were declared: with p_as_declared as they were, otherwise as users read them, translations that somebody added among them.';

CREATE FUNCTION wa.list_identities(p_messages wa.message[]) RETURNS TABLE(phone text, bsuid text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_identities(p_messages wa.message[]) IS 'The distinct senders of some messages; those that a system message changes come with their new identity too.';

CREATE FUNCTION wa.list_limit_problems(p_flow text, p_as_declared boolean) RETURNS TABLE(flow text, is_error boolean, problem text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_limit_problems(p_flow text, p_as_declared boolean) IS 'Of wa.list_flow_problems: rows of the menu without a text, and what WhatsApp would cut of them and of the choices that steps ask with.';

CREATE FUNCTION wa.list_menu(p_locale text) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_menu(p_locale text) IS 'The rows of the home menu in one language, for wa.build_list.';

CREATE FUNCTION wa.list_merge_problems() RETURNS TABLE(flow text, is_error boolean, problem text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_merge_problems() IS 'Of wa.list_flow_problems: tables that refer to profiles and that wa.move_to_survivor cannot move, or not without a rule. A table is a flow''s by the beginning of its name.';

CREATE FUNCTION wa.list_message_kinds() RETURNS text[]
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_message_kinds() IS 'The kinds of messages that a flow''s entries may name: Meta''s types, and voice for an audio that was recorded as a voice note.';

CREATE FUNCTION wa.list_names_of_person(p_user_ids uuid[]) RETURNS text[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_names_of_person(p_user_ids uuid[]) IS 'What tells a person in a payload of Meta''s: the number, without plus sign and in both forms where there are two, and every BSUID; in one order, so that two readings compare.';

CREATE FUNCTION wa.list_problems(p_status jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_problems(p_status jsonb) IS 'What is out of order in an answer of wa_status: a code, whether it needs a person, a message, and what to do next. What needs a person comes first.';

CREATE FUNCTION wa.list_profiles_of_person(p_user_id uuid) RETURNS uuid[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_profiles_of_person(p_user_id uuid) IS 'The profile and those that were merged into it, in the order of user_id.';

CREATE FUNCTION wa.list_rights() RETURNS TABLE(object text, held text, giving text, taking text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET quote_all_identifiers TO 'off'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_rights() IS 'What the catalog says of the owners, policies, privileges, settings and bodies of our tables and routines, each with the statements that give and take it (null for routines, which are applied again instead). In public a table is ours that every database has, or whose name begins with a flow''s. Of privileges those of our roles, of everybody, and of the API roles; of policies in public, too.';

CREATE FUNCTION wa.list_roles() RETURNS TABLE(name name, is_process boolean)
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_roles() IS 'Our roles: is_process for those that a process or a person connects as; the others only own.';

CREATE FUNCTION wa.list_routines() RETURNS SETOF oid
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_routines() IS 'The routines whose rights the source decides: those of wa, and in public those that belong to a role of ours, as the RPCs of flows do, and wa_retention_purge. What an app or another extension brought is not among them.';

CREATE FUNCTION wa.list_sending_numbers() RETURNS SETOF text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_sending_numbers() IS 'The business numbers that have something to send, be it later, the one that has sent least lately first. Empty text stands for the notifier''s own.';

CREATE FUNCTION wa.list_shards() RETURNS oid[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_shards() IS 'What keeps the rows of tables on a node of a cluster (Citus): each of these is there twice, and what is asked is the other. None on a server by itself.';

CREATE FUNCTION wa.list_state_problems(p_flow text) RETURNS TABLE(flow text, is_error boolean, problem text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_state_problems(p_flow text) IS 'Of wa.list_flow_problems: states without a step or that nothing leads to, moves that a step makes and its state does not declare, and the other way round.';

CREATE FUNCTION wa.list_status_identities(p_statuses jsonb) RETURNS TABLE(phone text, bsuid text, sent_at timestamp with time zone)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_status_identities(p_statuses jsonb) IS 'The pairs of number and BSUID in some statuses that complete or join profiles we have, oldest first, and when they were last said: sending to a known number is how its BSUID becomes known.';

CREATE FUNCTION wa.list_step_problems(p_flow text) RETURNS TABLE(flow text, is_error boolean, problem text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET check_function_bodies TO 'on'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_step_problems(p_flow text) IS 'Of wa.list_flow_problems: routines of flows that do not compile, as far as wa_runtime may execute them, and choices of a question that are no list of names.';

CREATE FUNCTION wa.list_step_routines(p_flow text) RETURNS TABLE(flow text, prefix text, state text, routine text, source text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_step_routines(p_flow text) IS 'The routines that run when a state of a flow (null: of any) does: its step and all that this calls, as far as their sources tell.';

CREATE FUNCTION wa.list_tables_about_people() RETURNS TABLE(relation regclass, table_name name, columns name[], erase_rule regproc, export_rule regproc, is_erasable boolean)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_tables_about_people() IS 'The tables that refer to profiles, by a foreign key or, in wa, by a column user_id: the columns that do, and the rules of their own that they have. wa.erase_<table>(user_ids uuid[]) returns bigint erases, wa.export_<table>(user_ids uuid[]) returns jsonb hands out. Without a rule, is_erasable says whether wa_privacy may read and delete the rows.';

CREATE FUNCTION wa.list_text_problems(p_flow text, p_as_declared boolean) RETURNS TABLE(flow text, is_error boolean, problem text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.list_text_problems(p_flow text, p_as_declared boolean) IS 'Of wa.list_flow_problems: texts that a step says and that are not there, that nobody says, that lack a language which other texts of the flow have, and that are too long for WhatsApp.';

CREATE FUNCTION wa.lock_acting_profile(p_profile_id uuid) RETURNS uuid
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.lock_acting_profile(p_profile_id uuid) IS 'The profile that acts, as wa.resolve_acting_profile has it, held until the end of the transaction. Taken before every other lock, as a merge does, so that the two wait for each other in one order.';

CREATE FUNCTION wa.lock_basket_as_member(p_basket_id uuid, p_user_id uuid, p_required_role text DEFAULT 'member'::text) RETURNS public.baskets
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.lock_basket_as_member(p_basket_id uuid, p_user_id uuid, p_required_role text) IS 'Locks a basket, before anything that depends on it is read, and returns it. Raises WA021, WA022 or WA023 when the person does not see it, is not in it, or is not its owner where that is required.';

CREATE FUNCTION wa.lock_identities(p_phones text[], p_bsuids text[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.lock_identities(p_phones text[], p_bsuids text[]) IS 'Serializes, until the transaction ends, the calls that create, merge or change the profiles of these numbers and BSUIDs. Known senders never come here.';

CREATE FUNCTION wa.lock_known_sender(p_message wa.message) RETURNS uuid
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.lock_known_sender(p_message wa.message) IS 'Locks and returns the one profile that says exactly what a message says of its sender; null when there is none, also because it was merged or renamed just before its lock was granted, for a number that may have been somebody else''s then, and for a system message, which may change who that is.';

CREATE FUNCTION wa.lock_profiles(p_phones text[], p_bsuids text[], p_user_ids uuid[] DEFAULT NULL::uuid[]) RETURNS uuid[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.lock_profiles(p_phones text[], p_bsuids text[], p_user_ids uuid[]) IS 'Locks the profiles with these numbers, BSUIDs or ids, in the order of user_id, and returns their ids.';

CREATE FUNCTION wa.log_other_statuses(p_statuses jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.log_other_statuses(p_statuses jsonb) IS 'Stores in webhook_logs what statuses there are beside those of messages: for each kind, one of them, masked, and their count. Those of payments are a known kind. Returns both counts and events.';

CREATE FUNCTION wa.log_rest(p_rest jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.log_rest(p_rest jsonb) IS 'Stores in webhook_logs, masked, what wa.read_webhook found beside messages and statuses, what is the same once, with a count. Returns events that count what of it nobody knows: a message, a status, a field, an error.';

CREATE FUNCTION wa.log_unknown_errors(p_statuses jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.log_unknown_errors(p_statuses jsonb) IS 'Stores in webhook_logs, of each code that wa.send_error_classes does not have, one of the statuses that came with it, masked, and their count. Returns events.';

CREATE FUNCTION wa.mask_error(p_error text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.mask_error(p_error text) IS 'The error of a failed message as it may be shown and grouped: after its SQLSTATE, quoted parts, ids and numbers of four digits or more are ***, since they may be what a user wrote.';

CREATE FUNCTION wa.mask_json(p_value jsonb, p_path text DEFAULT ''::text, p_depth integer DEFAULT 0) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.mask_json(p_value jsonb, p_path text, p_depth integer) IS 'A copy of a webhook payload, or of the part of it at p_path (keys joined by dots, arrays left out), in which every text and number is *** unless its path is known to hold nothing personal, and every key that is not a word. What is nested deeper than 32 levels is *** as a whole.';

CREATE FUNCTION wa.mask_numbers(p_text text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.mask_numbers(p_text text) IS 'A text in which whatever may be a phone number is ***: for what others have written and an alert quotes.';

CREATE FUNCTION wa.mask_recipient(p_recipient text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.mask_recipient(p_recipient text) IS 'A phone number, BSUID or group id as logs may show it: enough to recognise, too little to dial.';

CREATE FUNCTION wa.mask_task_error(p_message text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.mask_task_error(p_message text) IS 'What a task failed with, as one line that may be shown: quoted parts and numbers of four digits or more are ***, since they may be what a user wrote.';

CREATE FUNCTION wa.match_names(p_names text[]) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.match_names(p_names text[]) IS 'A regular expression for texts that name somebody by one of these numbers or BSUIDs. Null for none.';

CREATE FUNCTION wa.match_statuses(p_statuses jsonb) RETURNS TABLE(notification_id bigint, wa_message_id text, status text, happened_at timestamp with time zone, error jsonb, is_of_another_life boolean)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.match_statuses(p_statuses jsonb) IS 'Finds and locks, in id order, the notifications that statuses speak of: by our callback data, else by Meta''s message id. is_of_another_life: it carries the token of this life, and this life has sent no such message.';

CREATE FUNCTION wa.match_words(p_key text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.match_words(p_key text) IS 'A pattern of the words that commas part in a text, in every language that it is in, as wa.fold_moment leaves them.';

CREATE FUNCTION wa.may_have_moved() RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.may_have_moved() IS 'Whether wa.explain_move is worth asking: no claim was made yet by this server in this database. Null where it has never sent, or waits for a person already. Takes microseconds.';

CREATE FUNCTION wa.measure_distance(p_lat double precision, p_lng double precision, p_other_lat double precision, p_other_lng double precision) RETURNS double precision
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.measure_distance(p_lat double precision, p_lng double precision, p_other_lat double precision, p_other_lng double precision) IS 'Kilometres between two places in degrees (WGS 84), along a great circle of a sphere of 6371.0088 km radius; null where a part is null. Whatever is within so many km of a place is within km / 111.19 degrees of its latitude, which an index finds.';

CREATE FUNCTION wa.mend_rights() RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.mend_rights() IS 'Gives and takes what wa.compare_rights found to be otherwise, and returns how many differences there were. Routines are to be applied again after it, all of them.';

CREATE FUNCTION wa.merge_basket_join_attempts(p_merged uuid, p_survivor uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.merge_basket_join_attempts(p_merged uuid, p_survivor uuid) OWNER TO wa_basket_owner;

COMMENT ON FUNCTION wa.merge_basket_join_attempts(p_merged uuid, p_survivor uuid) IS 'Of wa.move_to_survivor: the higher count of wrong codes holds, for the later span of time.';

CREATE FUNCTION wa.merge_basket_members(p_merged uuid, p_survivor uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.merge_basket_members(p_merged uuid, p_survivor uuid) OWNER TO wa_basket_owner;

COMMENT ON FUNCTION wa.merge_basket_members(p_merged uuid, p_survivor uuid) IS 'Of wa.move_to_survivor: moves memberships to another profile of the same person, and an owner stays owner. The ledger is not touched: it names the old profile, which points to the survivor. Comes after profiles.merged_into is set, so that nobody joins as the old one any more.';

CREATE FUNCTION wa.merge_chat_state(p_merged uuid, p_survivor uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.merge_chat_state(p_merged uuid, p_survivor uuid) IS 'Of wa.move_to_survivor: with each business number, leaves the survivor where the more recent of the two chats stood, and with whoever has either.';

CREATE FUNCTION wa.merge_marketing_preferences(p_merged uuid, p_survivor uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.merge_marketing_preferences(p_merged uuid, p_survivor uuid) IS 'Of wa.move_to_survivor: the later preference of the two holds for the survivor.';

CREATE FUNCTION wa.merge_notifications(p_merged uuid, p_survivor uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.merge_notifications(p_merged uuid, p_survivor uuid) IS 'Of wa.move_to_survivor: what is still to be sent to a merged profile goes to the survivor. What was sent stays with the profile it was sent to.';

CREATE FUNCTION wa.merge_profiles(p_one uuid, p_other uuid) RETURNS uuid
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.merge_profiles(p_one uuid, p_other uuid) IS 'Makes one profile of two that evidence has shown to be one person, and returns the older, which keeps everything of both: of number, name, language and consent what was said later. The other stays as a pointer. The caller holds both rows.';

CREATE FUNCTION wa.merge_service_windows(p_merged uuid, p_survivor uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.merge_service_windows(p_merged uuid, p_survivor uuid) IS 'Of wa.move_to_survivor: with each business number the window counts from the later of the two messages.';

CREATE FUNCTION wa.merge_silences(p_merged uuid, p_survivor uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.merge_silences(p_merged uuid, p_survivor uuid) IS 'Of wa.move_to_survivor: of two silences the longer holds for the survivor.';

CREATE FUNCTION wa.move_to_survivor(p_merged uuid, p_survivor uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.move_to_survivor(p_merged uuid, p_survivor uuid) IS 'Lets what refers to a merged profile refer to its survivor, table by table in the order of their names. A table has a rule of its own in the routine wa.merge_<table>(merged uuid, survivor uuid) returns void, as where keys could collide; otherwise each of its foreign keys to profiles that wa_runtime may read and update moves. What it may not update is a record of its time, and stays.';

CREATE FUNCTION wa.name_agent(p_agent text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.name_agent(p_agent text) IS 'What a colleague is called: by the name that the caller gives, up to 100 characters, else by the role that is logged in.';

CREATE FUNCTION wa.name_reply(p_chat wa.chat, p_name text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.name_reply(p_chat wa.chat, p_name text) IS 'The id that the button of a choice has: the commands back, cancel and menu, what begins with a word and a dot, which leads somewhere from anywhere, and what begins with answer: are ids already; any other name is an answer in the chat''s state, and in no other.';

CREATE FUNCTION wa.name_state(p_prefix text, p_name text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.name_state(p_prefix text, p_name text) IS 'The whole name of a state that a step of a flow with this prefix names: one of the flow''s own where there is such a one.';

CREATE FUNCTION wa.name_text(p_prefix text, p_name text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.name_text(p_prefix text, p_name text) IS 'The key of a text in wa.texts: a name without a dot is one of the flow''s own, and is told by its prefix.';

CREATE FUNCTION wa.named_until(p_user_id uuid, p_display_name_at timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.named_until(p_user_id uuid, p_display_name_at timestamp with time zone) IS 'When somebody was last known by display_name, by Meta''s clock: when they took it, or said it again with a message. -infinity if nobody knows.';

CREATE FUNCTION wa.normalize_bsuid(p_value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.normalize_bsuid(p_value text) IS 'A business-scoped user id as it is; null when the value is none.';

CREATE FUNCTION wa.normalize_parent_bsuid(p_value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.normalize_parent_bsuid(p_value text) IS 'A parent business-scoped user id as it is; null when the value is none.';

CREATE FUNCTION wa.normalize_phone(p_number text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.normalize_phone(p_number text) IS 'A wa_id or phone number as profiles.whatsapp_e164 holds it; null when it is none. The digits stay as Meta gave them.';

CREATE FUNCTION wa.note_calls(p_rest jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.note_calls(p_rest jsonb) IS 'Opens the 24-hour window of users who called a number of ours, as a message of theirs does, and lets what waited for it go on.';

CREATE FUNCTION wa.note_echoes(p_rest jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.note_echoes(p_rest jsonb) IS 'Keeps what people of the business wrote to users in the WhatsApp Business app (smb_message_echoes) among what was sent, and falls silent towards these users for answered_in_app_seconds.';

CREATE FUNCTION wa.note_fetched(p_task_ids bigint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.note_fetched(p_task_ids bigint[]) IS 'Notes in wa.media what came of fetching it, for those of the finished tasks that did.';

CREATE FUNCTION wa.note_handovers(p_rest jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.note_handovers(p_rest jsonb) IS 'Falls silent towards users whose thread another responder has taken at Meta (messaging_handovers), until it is passed back to us or the setting taken_over_seconds is over: Meta does not tell when it is released.';

CREATE FUNCTION wa.note_marketing_preferences(p_rest jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.note_marketing_preferences(p_rest jsonb) IS 'Keeps which users have told Meta to stop or resume marketing messages. Resuming also ends the blocks that Meta''s refusals (131050) had set.';

CREATE FUNCTION wa.note_posting(p_are_posted boolean) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.note_posting(p_are_posted boolean) IS 'Notes whether the notifier that looks for alerts has somewhere to post them.';

CREATE FUNCTION wa.note_presence() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.note_presence() IS 'Notes that the database takes writes at this moment, and that it did not before, if the last claim was on another server or long ago.';

CREATE PROCEDURE wa.note_rights()
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON PROCEDURE wa.note_rights() IS 'Notes who owns, may reach and may execute what from now on. Called when all routines were applied, and when an operator gives or takes a right on purpose.';

CREATE FUNCTION wa.note_templates(p_changes jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.note_templates(p_changes jsonb) IS 'Keeps what account changes (of wa.list_account_changes) say of templates: their category, and whether messages that use them wait.';

CREATE FUNCTION wa.notice_move() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.notice_move() IS 'Comes before something is queued: notices that this database was restored or copied, where no claim has yet, so that what is queued from then on is not taken for what the original may have sent.';

CREATE FUNCTION wa.offer(p_chat wa.chat, p_key text, p_rows jsonb, p_values jsonb DEFAULT NULL::jsonb, p_data jsonb DEFAULT NULL::jsonb, p_again text DEFAULT NULL::text, p_button_key text DEFAULT 'menu.choose'::text, p_more_prefix text DEFAULT 'more:'::text) RETURNS wa.step_result
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.offer(p_chat wa.chat, p_key text, p_rows jsonb, p_values jsonb, p_data jsonb, p_again text, p_button_key text, p_more_prefix text) IS 'What a step returns that lets the user choose one of p_rows, an array of objects with id, title and description as wa.build_choice makes them: up to three without description, whose titles differ and have 20 characters at most, as buttons, otherwise as a list whose button says p_button_key. More than ten come in pages, and a tap on "more" brings the next: in this state, or from anywhere where p_more_prefix is one of the state''s tap_prefixes, as a whole id such as quiz.page. wa.chosen has the answer; of an array that is empty or null only the text is sent.';

CREATE FUNCTION wa.open_basket_join_attempt(p_user_id uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.open_basket_join_attempt(p_user_id uuid) IS 'Takes the profile''s turn to use a basket code: one at a time, so that tries at the same moment are counted too. Raises WA028 when there were too many wrong ones.';

CREATE FUNCTION wa.open_chat(p_message wa.message, p_profile public.profiles, p_place public.chat_state, p_entry wa.flow_entries) RETURNS wa.chat
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.open_chat(p_message wa.message, p_profile public.profiles, p_place public.chat_state, p_entry wa.flow_entries) IS 'The chat that a message belongs to, in the state that handles it: where its entry point leads (p_entry), or else where the chat stands (p_place). What follows the beginning of a reply id or a deep link''s prefix is remembered as data.target or data.link; a flow that is entered anew remembers nothing, the way back everything. The result of a task goes to the step that wa.judge_results names. Null when the user wants no messages, and for what is left unanswered or what later words about consent have overtaken; words about consent that need no answer count, and are not answered.';

CREATE FUNCTION wa.open_number(p_phone_number_id text, p_may_wait boolean) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.open_number(p_phone_number_id text, p_may_wait boolean) IS 'How many messages a business number may send now. Locks its pace until the transaction ends, unless the rate is unlimited; wa.charge_number takes what was used. Without p_may_wait, none when another worker holds the lock.';

CREATE PROCEDURE wa.open_routines(IN p_names text[] DEFAULT NULL::text[])
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON PROCEDURE wa.open_routines(IN p_names text[]) IS 'Makes routines ready to be applied anew, all of them or those of p_names: our roles may execute them only by what their files grant, and files may give them to their owners. To be followed by wa.close_routines in the same transaction.';

CREATE FUNCTION wa.park_blocked(p_ids bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.park_blocked(p_ids bigint[]) IS 'Takes notifications that wait for an earlier one of their user, which the caller has locked, off the due list until that one is settled. Returns those whose earlier one is locked by somebody else, so that they could not be parked.';

CREATE FUNCTION wa.parse_amount(p_text text, p_currency text) RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.parse_amount(p_text text, p_currency text) IS 'The minor units of an amount as people type it, such as 1 500, 1,500.50, 1.500,50 or $20; null when it is none. What could be read in two ways should be shown to the user before it counts.';

CREATE FUNCTION wa.parse_day(p_folded text, p_today date) RETURNS date
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.parse_day(p_folded text, p_today date) IS 'The day that words of wa.fold_moment name, seen from p_today: today, tomorrow, a weekday (the next, today among them), 14/12 (day first), 14/12/2027, 2027-12-14, 14 December. Null when they name none, a day that there is not, or a weekday that is not that of the date.';

CREATE FUNCTION wa.parse_moment(p_text text, p_zone text, p_now timestamp with time zone DEFAULT now()) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.parse_moment(p_text text, p_zone text, p_now timestamp with time zone) IS 'The moment that people name by a day and a time in their time zone, seen from p_now: "tomorrow 8:30", "demain à 8h30", "14/12 18:00" (day first), "lundi 8h du soir", "in 20 minutes". A time alone is its next one, and so are a weekday and a date without its year. Null when it is none, or lacks the time. It can lie in the past, and could have been meant otherwise: show it to the user before it counts.';

CREATE FUNCTION wa.pause_for_account(p_changes jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.pause_for_account(p_changes jsonb) IS 'Pauses the queue when account changes (of wa.list_account_changes) say so, until Meta''s restriction expires or, where it has no end, until wa_queue_resume(). What Meta delivers again pauses nothing again. Returns events.';

CREATE FUNCTION wa.pause_queue(p_reason text, p_until timestamp with time zone) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.pause_queue(p_reason text, p_until timestamp with time zone) IS 'Stops claiming until then, unless it is already stopped for longer, and raises the alert. Returns the event.';

CREATE FUNCTION wa.phone_lookup_key(p_phone text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.phone_lookup_key(p_phone text) IS 'One form for the variants of a number: Brazil with the ninth digit, Mexico without the 1, Argentina without the 9. The same expression as profiles.phone_lookup_key.';

CREATE FUNCTION wa.prepare_notification() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.prepare_notification() OWNER TO wa_runtime;

COMMENT ON FUNCTION wa.prepare_notification() IS 'Nothing that Meta would refuse is queued, whoever inserts it. payload.delivery sets how it is delivered: phone_number_id, expires_at or expires_in_seconds, outside_window (wait, template, cancel), template, to_opted_out. What names no number gets one, by wa.choose_number.';

CREATE FUNCTION wa.purge_alerts(p_cutoff timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.purge_alerts(p_cutoff timestamp with time zone) IS 'Deletes alerts that were last seen before a moment: few rows, since alerts are grouped.';

CREATE FUNCTION wa.purge_default_logs(p_before timestamp with time zone, p_batch integer) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.purge_default_logs(p_before timestamp with time zone, p_batch integer) IS 'Deletes up to p_batch logs received before p_before from the partition of days without one, and returns how many.';

CREATE FUNCTION wa.purge_desk_actions(p_cutoff timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.purge_desk_actions(p_cutoff timestamp with time zone) IS 'Deletes what colleagues did at the desk before a moment: few rows, since people did it.';

CREATE FUNCTION wa.purge_erased_digests() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.purge_erased_digests() IS 'Forgets what was erased so long ago that Meta does not deliver it again.';

CREATE FUNCTION wa.purge_events(p_before timestamp with time zone, p_batch integer) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.purge_events(p_before timestamp with time zone, p_batch integer) IS 'Forgets up to p_batch events received before p_before, and returns how many. Failed ones stay until they are replayed or dismissed.';

CREATE FUNCTION wa.purge_kept_payloads(p_before timestamp with time zone, p_waiting_before timestamp with time zone, p_batch integer) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.purge_kept_payloads(p_before timestamp with time zone, p_waiting_before timestamp with time zone, p_batch integer) IS 'Deletes up to p_batch payloads received before p_before that nobody has to look at any more, and those received before p_waiting_before that nobody looked at, which an alert tells. Returns how many.';

CREATE FUNCTION wa.purge_media(p_before timestamp with time zone, p_batch integer) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.purge_media(p_before timestamp with time zone, p_batch integer) IS 'Deletes up to p_batch media of users and of colleagues that were to be kept until p_before or less, and returns how many. Workers delete the bytes that nothing else refers to.';

CREATE FUNCTION wa.purge_notifications(p_before timestamp with time zone, p_batch integer) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.purge_notifications(p_before timestamp with time zone, p_batch integer) IS 'Deletes up to p_batch notifications queued before p_before that are finished or expired before then, and returns how many.';

CREATE FUNCTION wa.purge_silences() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.purge_silences() IS 'Forgets silences that have ended.';

CREATE FUNCTION wa.purge_tasks(p_before timestamp with time zone, p_batch integer) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.purge_tasks(p_before timestamp with time zone, p_batch integer) IS 'Deletes up to p_batch tasks that were finished before p_before, and returns how many. A result that a replay may need is in wa_events.';

CREATE FUNCTION wa.queue_receipts(p_chats wa.chat[]) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.queue_receipts(p_chats wa.chat[]) IS 'Queues the read receipt of each message answered, if the setting read_receipts says so, and returns how many.';

CREATE FUNCTION wa.raise_alert(p_kind text, p_group_key text, p_detail jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.raise_alert(p_kind text, p_group_key text, p_detail jsonb) IS 'Lets a person know, through ALERT_WEBHOOK_URL, once this transaction commits. Occurrences of the same kind and group become one alert with a count. p_detail holds nothing personal.';

CREATE FUNCTION wa.raise_number_rate(p_changes jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.raise_number_rate(p_changes jsonb) IS 'Meta has upgraded business numbers, as account changes (of wa.list_account_changes) say: each sends at upgraded_number_rate_per_second from now on. Where a change names none that we know, the only one does, or a person is asked which one. Returns events.';

CREATE FUNCTION wa.read_choices(p_chat wa.chat, p_choices text[]) RETURNS TABLE(name text, reply_id text, title_key text)
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.read_choices(p_chat wa.chat, p_choices text[]) IS 'The choices of a question, each a name such as good, or a name and that of its title such as good=title_of_good: the names, the ids of their buttons as wa.name_reply gives them, and the keys of their titles in wa.texts.';

CREATE FUNCTION wa.read_declaration(p_flow text, p_declaration jsonb, p_entries text[]) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET jit TO 'off'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.read_declaration(p_flow text, p_declaration jsonb, p_entries text[]) IS 'The rows that a flow''s declaration stands for, with whole names: arrays states, moves, entries, menu, texts and fields of documents, as wa.flows keeps them. p_entries has the names of the entries in the order of the file, in which the rows of the menu stand. The declaration has the shape that wa.find_declaration_mistakes checks.';

CREATE FUNCTION wa.read_document_value(p_value text, p_check text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.read_document_value(p_value text, p_check text) IS 'A value of a document in one form where it is what the check wants, and else null: a date (the day before the month, numbers or English and French names) as YYYY-MM-DD, a number with a point and no groups, the 17 characters of a vehicle (vin), digits with their check digit (luhn), or any text as it is.';

CREATE FUNCTION wa.read_link(p_body text, p_prefix text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.read_link(p_body text, p_prefix text) IS 'What follows the prefix of a deep link in a text, without regard to case; empty when nothing follows, null when the prefix is not there.';

CREATE FUNCTION wa.read_location(p_chat wa.chat) RETURNS double precision[]
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.read_location(p_chat wa.chat) IS 'Latitude and longitude of a shared place, in degrees to the centimetre; null when what was said is none, or no place on earth.';

CREATE FUNCTION wa.read_message(p_body jsonb, p_contact jsonb, p_waba_id text, p_phone_number_id text, p_home_state text, p_sequence bigint, p_prefixes jsonb) RETURNS wa.message
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.read_message(p_body jsonb, p_contact jsonb, p_waba_id text, p_phone_number_id text, p_home_state text, p_sequence bigint, p_prefixes jsonb) IS 'One message object of a webhook, normalized, with the contact that names its sender: who wrote, what and when, and with which status it will be recorded; p_home_state is where chats with the business number begin, p_sequence its place in the payload. Of senders with a number only those are valid whose number begins with one of p_prefixes (none listed: any).';

CREATE FUNCTION wa.read_page(p_data jsonb) RETURNS integer
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.read_page(p_data jsonb) IS 'The page of a list that a tapped "more" asks for in data.target, from 1; the first when it asks for none.';

CREATE FUNCTION wa.read_phone(p_written text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.read_phone(p_written text) IS 'A number with its country code in any usual spelling, as wa.normalize_phone returns it; null when it is none.';

CREATE FUNCTION wa.read_shared_phone(p_message jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.read_shared_phone(p_message jsonb) IS 'The sender''s own number, with a plus sign, where a message is the answer to request_contact_info, which Meta marks with the origin contact_request on the card or on the message; null for any other card, one that was forwarded, and several numbers.';

CREATE FUNCTION wa.read_time(p_text text) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.read_time(p_text text) IS 'A time as Meta''s webhooks about the account write it, or null: seconds or milliseconds since 1970, as a number or a text, or ISO 8601.';

CREATE FUNCTION wa.read_uuid(p_text text) RETURNS uuid
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.read_uuid(p_text text) IS 'An id that came out of a reply; null when it is none, since the ids of replies are whatever the client sends.';

CREATE FUNCTION wa.read_webhook(p_payload jsonb, OUT messages wa.message[], OUT foreign_messages wa.message[], OUT statuses jsonb, OUT rest jsonb, OUT unattributed jsonb) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.read_webhook(p_payload jsonb, OUT messages wa.message[], OUT foreign_messages wa.message[], OUT statuses jsonb, OUT rest jsonb, OUT unattributed jsonb) IS 'What one webhook body, or an array of bodies, holds, in its order and null where there is none: the messages, normalized; those for numbers that are not ours; the statuses as Meta sent them, each with its phone_number_id and what its contact says of the recipient; and the rest, an array of objects with body, its path in the payload, and the waba_id, time, field and phone_number_id it came with: other webhook fields, Meta''s error notes, what we do not know, tests of the dashboard (is_test), and with a count the first of the statuses for a number that is not ours (is_foreign), and what does not say what it is: entries without changes, changes without a field, messages and statuses without a usable id. unattributed, an array of whole webhooks, holds the messages whose sender cannot be told, those of one change together. A message is matched to its contact by id, never by position; a phone_number_id that is not digits counts as none. Raises WA001 when the payload is no webhook.';

CREATE FUNCTION wa.recognize_life() RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.recognize_life() IS 'The token of the life of this database, begun now if it has never had one; null when it was restored or copied, which pauses its queue. A standby that is promoted while the queue is alive lives on.';

CREATE FUNCTION wa.record_action(p_agent text, p_action text, p_user_id uuid DEFAULT NULL::uuid, p_phone_number_id text DEFAULT NULL::text, p_notification_id bigint DEFAULT NULL::bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.record_action(p_agent text, p_action text, p_user_id uuid, p_phone_number_id text, p_notification_id bigint) IS 'Keeps in wa.desk_actions what a colleague did, by whom wa.name_agent names.';

CREATE FUNCTION wa.record_failures(p_messages wa.message[], p_errors text[], p_failed_at timestamp with time zone[]) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.record_failures(p_messages wa.message[], p_errors text[], p_failed_at timestamp with time zone[]) IS 'Keeps messages that could not be handled as failed, each with its error and what a replay needs, tells their users, and returns the events to log, with what to do. The error''s text stays in wa_events: it may quote what the user wrote. Times are by the clock.';

CREATE FUNCTION wa.refuse_agent(p_place public.chat_state) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.refuse_agent(p_place public.chat_state) IS 'Raises WA070: somebody else has the conversation.';

CREATE FUNCTION wa.refuse_ledger_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.refuse_ledger_change() IS 'Refuses to change or remove ledger entries, whoever tries.';

CREATE FUNCTION wa.refuse_to_remove_occupied_state() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.refuse_to_remove_occupied_state() IS 'Keeps the states of chats in wa.flow_states. A foreign key would lock the same few rows in every message.';

CREATE FUNCTION wa.refuse_transition() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.refuse_transition() IS 'Refuses what a person may not make of a notification''s status (WA040).';

CREATE FUNCTION wa.release_media_objects() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.release_media_objects() OWNER TO wa_runtime;

COMMENT ON FUNCTION wa.release_media_objects() IS 'Gives up the bytes of deleted media that nothing else refers to: a worker deletes them.';

CREATE FUNCTION wa.release_successors(p_user_ids uuid[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.release_successors(p_user_ids uuid[]) IS 'Makes the first open notification of each user due from now on, after the one before it was settled: at the end of the line, so that users take turns, and as urgent as what waits behind it. The caller holds the lock of the settled ones.';

CREATE FUNCTION wa.release_template() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.release_template() OWNER TO wa_runtime;

COMMENT ON FUNCTION wa.release_template() IS 'Lets the messages go that waited for a template which may be sent again.';

CREATE FUNCTION wa.release_waiting(p_user_ids uuid[], p_phone_number_ids text[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.release_waiting(p_user_ids uuid[], p_phone_number_ids text[]) IS 'These users have just written, each to the business number at the same place (empty: it was not named): what waited for that becomes due, and blocks that end when the user writes end.';

CREATE PROCEDURE wa.remove_flow(IN p_flow text)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON PROCEDURE wa.remove_flow(IN p_flow text) IS 'Takes a flow out: whoever is in it goes home, and its states, moves, entries, rows of the menu, texts and rules for documents go. Its tables and routines stay. Raises WA061 where another flow needs it. Does nothing where there is no such flow.';

CREATE FUNCTION wa.replace_flow_rows(p_base jsonb, p_rows jsonb) RETURNS text[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.replace_flow_rows(p_base jsonb, p_rows jsonb) IS 'Of wa.declare_flow: makes a flow''s entries, rows of the menu, texts and rules for documents those of p_rows. What differs from p_base, which is what was declared before, was changed by hand and stays: returns these, in words.';

CREATE FUNCTION wa.replace_flow_states(p_flow text, p_base jsonb, p_rows jsonb) RETURNS text[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.replace_flow_states(p_flow text, p_base jsonb, p_rows jsonb) IS 'Of wa.declare_flow: makes a flow''s states and moves those of p_rows; whoever is in a state that goes is taken home. A time-out that differs from p_base, which is what was declared before, was changed by hand and stays: returns these, in words.';

CREATE FUNCTION wa.replay_failed_event(p_wa_message_id text) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.replay_failed_event(p_wa_message_id text) IS 'Dispatches one kept message again, in a subtransaction of its own, and returns the counts of wa_dispatch. A message that still fails is kept with its new error and time; one that somebody else has replayed meanwhile counts as nothing.';

CREATE FUNCTION wa.request_media_link(p_chat wa.chat, p_media bigint, p_lifetime interval DEFAULT '01:00:00'::interval, p_state text DEFAULT NULL::text, p_late_state text DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.request_media_link(p_chat wa.chat, p_media bigint, p_lifetime interval, p_state text, p_late_state text) IS 'Asks for a link by which whoever gets it reads stored media for p_lifetime, seven days at most, and returns the task''s id for wa.wait_for; null where wa.media has nothing stored under p_media. The result comes to the step of p_state (null: the state at hand): media and url.';

CREATE FUNCTION wa.request_reading(p_chat wa.chat, p_media bigint, p_state text DEFAULT NULL::text, p_late_state text DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.request_reading(p_chat wa.chat, p_media bigint, p_state text, p_late_state text) IS 'Asks for the text of a stored picture or PDF and returns the task''s id for wa.wait_for; null where wa.media has nothing stored under p_media. The result comes to the step of p_state (null: the state at hand): media, page_count and pages, in which wa.find_document_fields finds fields. A file that cannot be read fails as permanent, and its error says why.';

CREATE FUNCTION wa.request_task(p_chat wa.chat, p_kind text, p_input jsonb DEFAULT '{}'::jsonb, p_dedupe_key text DEFAULT NULL::text, p_state text DEFAULT NULL::text, p_late_state text DEFAULT NULL::text, p_deadline interval DEFAULT NULL::interval, p_max_attempts integer DEFAULT NULL::integer) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.request_task(p_chat wa.chat, p_kind text, p_input jsonb, p_dedupe_key text, p_state text, p_late_state text, p_deadline interval, p_max_attempts integer) IS 'Asks for work outside the database, as part of what the step does, and returns the task''s id, or that of the one asked for before under p_dedupe_key. Workers claim it by p_kind and are given p_input; its result comes back into this conversation as a message, to the step of p_state (null: the state at hand), which reads it with wa.task_result. One that comes when the chat waits there no longer is noted as late, or leads to p_late_state. It fails after p_deadline (null: the setting task_deadline_seconds) or p_max_attempts (null: task_max_attempts). Raises WA050.';

CREATE FUNCTION wa.requeue_failed_notification() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.requeue_failed_notification() OWNER TO wa_runtime;

COMMENT ON FUNCTION wa.requeue_failed_notification() IS 'A failed notification that somebody queues again gets its full retries, loses its recipient''s block, and wakes the notifier. One past its expires_at, or without one and older than requeue_within_days, is cancelled instead.';

CREATE FUNCTION wa.require_deliverable(p_user_id uuid, p_phone_number_id text, p_payload jsonb) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.require_deliverable(p_user_id uuid, p_phone_number_id text, p_payload jsonb) IS 'Raises WA072 for what Meta or we would not deliver now, so that whoever writes hears of it: outside the 24-hour window anything but a template, unless payload.delivery says what to do then, and to users who opted out anything.';

CREATE FUNCTION wa.require_open_basket(p_basket public.baskets) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.require_open_basket(p_basket public.baskets) IS 'Raises WA024 when the basket is closed.';

CREATE FUNCTION wa.require_recipient(p_recipient text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.require_recipient(p_recipient text) IS 'Raises WA010 unless messages can be sent to this.';

CREATE FUNCTION wa.require_transition(p_from text, p_prefix text, p_to text, p_moves integer) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.require_transition(p_from text, p_prefix text, p_to text, p_moves integer) IS 'The whole name of the state that a step moves to: one of its flow''s own, told by p_prefix, where p_to names one, else p_to. Raises WA002 unless wa.flow_transitions allows the move, and WA005 when it is one of too many that one message has caused.';

CREATE FUNCTION wa.resolve_acting_profile(p_profile_id uuid) RETURNS uuid
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.resolve_acting_profile(p_profile_id uuid) IS 'The profile that acts: the one named or, when it was merged into another, its survivor. Raises WA020 when there is none, or everything about the person was erased.';

CREATE FUNCTION wa.resolve_media(p_payload jsonb, p_phone_number_id text) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.resolve_media(p_payload jsonb, p_phone_number_id text) IS 'For a payload whose media is a qr, a file, or stored: {"payload", "upload"}, the payload with the id of an earlier upload, or upload saying what has to be uploaded first; key is null in it for what is stored no longer.';

CREATE FUNCTION wa.reverse_basket_contribution(p_reference text, p_reversal_reference text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.reverse_basket_contribution(p_reference text, p_reversal_reference text) OWNER TO wa_basket_owner;

COMMENT ON FUNCTION wa.reverse_basket_contribution(p_reference text, p_reversal_reference text) IS 'Takes a wrong contribution back, once, by an entry of the opposite amount, and returns the basket''s balance in minor units. For operators, in closed baskets too. Raises WA033, WA034, WA037.';

CREATE FUNCTION wa.run_step(p_state text, p_chats wa.chat[], p_moves integer DEFAULT 0) RETURNS wa.chat[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.run_step(p_state text, p_chats wa.chat[], p_moves integer) IS 'Runs the step of a state for chats that are in it, and for each that moves on the steps of the states it moves to; returns where the chats then stand, with the replies. Raises WA003 where there is no step, and what wa.require_transition raises.';

CREATE FUNCTION wa.run_steps(p_chats wa.chat[]) RETURNS wa.chat[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.run_steps(p_chats wa.chat[]) IS 'Runs the steps of chats of different users, oldest message first: one call for all that are in the same state, those of one state in the order of their messages. Returns where the chats then stand, as wa.run_step does.';

CREATE FUNCTION wa.save_chats(p_chats wa.chat[]) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.save_chats(p_chats wa.chat[]) IS 'Stores where chats stand, for each user and business number after the latest of these steps, and until when if the state times out, counts the answers, and queues what the steps answered, in order: arrays of Graph API message bodies without recipient. Falls silent towards a user who got as many answers as the bound allows. Returns how many notifications it queued. The caller holds the profiles'' locks.';

CREATE FUNCTION wa.say(p_chat wa.chat, p_key text, p_values jsonb DEFAULT NULL::jsonb) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.say(p_chat wa.chat, p_key text, p_values jsonb) IS 'What the bot says in a chat under a name of its flow''s, or under a whole key of wa.texts, with p_values filled in.';

CREATE FUNCTION wa.search_people(p_search text, p_most integer) RETURNS uuid[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.search_people(p_search text, p_most integer) IS 'Up to p_most people who are meant by what somebody typed: the one who goes by it (wa.find_person), else those in whose names each of the words begins a word, whatever its case and accents.';

CREATE FUNCTION wa.seconds_since(p_moment timestamp with time zone) RETURNS numeric
    LANGUAGE plpgsql STRICT
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.seconds_since(p_moment timestamp with time zone) IS 'How many seconds ago a moment was, whatever it is: 0 for one that is still to come, since 1970 for an earlier one. Null for null.';

CREATE FUNCTION wa.sees_numbers() RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.sees_numbers() IS 'Whether the caller may see numbers of people: colleagues who answer them, and whoever reads their profiles anyway. wa_reader_role does not.';

CREATE FUNCTION wa.send_wake_up() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.send_wake_up() IS 'Wakes the notifiers that listen on wa_notifications when this transaction commits, unless the server''s queue of notifications is filling up.';

CREATE FUNCTION wa.settle_accepted(p_ids bigint[], p_lock_tokens uuid[], p_wa_message_ids text[], p_durations_ms integer[], OUT sent integer, OUT stale integer, OUT events jsonb) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_bitmapscan TO 'off'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.settle_accepted(p_ids bigint[], p_lock_tokens uuid[], p_wa_message_ids text[], p_durations_ms integer[], OUT sent integer, OUT stale integer, OUT events jsonb) IS 'Settles accepted notifications that the worker, by their lock tokens, still owns, in one update where all of them are still being sent; else nothing of that stays, and wa.settle_overtaken settles them. Whoever shows the token of a lease settles the row, also when the lease has run out but nobody else has claimed the row since: what this worker knows is what the row in doubt waits for. A row that a status has settled already makes no second event.';

CREATE FUNCTION wa.settle_doubtful(p_doubtful text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.settle_doubtful(p_doubtful text) IS 'Begins the next life of a database that was restored or copied, after sending or cancelling what wa.list_doubtful names; does nothing in any other. Raises WA018 when there is something to decide and nobody has.';

CREATE FUNCTION wa.settle_failed(p_results jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.settle_failed(p_results jsonb) IS 'Applies the failed ones among results whose rows the caller has locked. A row that a status has settled meanwhile stays settled.';

CREATE FUNCTION wa.settle_others(p_results jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.settle_others(p_results jsonb) IS 'Locks the notifications of all results, settles those that were not accepted and whose lock token still counts, and remembers media that was uploaded for accepted ones, which wa.settle_accepted settles. Returns counts and events.';

CREATE FUNCTION wa.settle_overtaken(p_ids bigint[], p_lock_tokens uuid[], p_wa_message_ids text[], p_durations_ms integer[], OUT sent integer, OUT stale integer, OUT events jsonb) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.settle_overtaken(p_ids bigint[], p_lock_tokens uuid[], p_wa_message_ids text[], p_durations_ms integer[], OUT sent integer, OUT stale integer, OUT events jsonb) IS 'As wa.settle_accepted, of notifications of which some are not being sent any more: a status came first, or the lease has run out. Locks them all, in the order of their ids, before it changes any.';

CREATE FUNCTION wa.shorten_text(p_text text, p_limit integer) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.shorten_text(p_text text, p_limit integer) IS 'A text of at most so many characters: one that is longer ends in an ellipsis, and is not cut within what is seen as one character.';

CREATE FUNCTION wa.show_typing(p_chat wa.chat) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.show_typing(p_chat wa.chat) IS 'Marks the message at hand as read and shows its sender that the bot is typing, for 25 seconds or until the next reply. Nothing for a task''s result.';

CREATE FUNCTION wa.stay(p_replies jsonb, p_data jsonb DEFAULT NULL::jsonb) RETURNS wa.step_result
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.stay(p_replies jsonb, p_data jsonb) IS 'What a step returns that waits for an answer: one message body, or an array of them, and what the chat then remembers (null: what it does).';

CREATE FUNCTION wa.step_basket_close(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_basket_close(p_chat wa.chat) IS 'Asks the owner whether to close a basket for good, and closes it.';

CREATE FUNCTION wa.step_basket_contribute_amount(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_basket_contribute_amount(p_chat wa.chat) IS 'Asks how much the user puts into a basket.';

CREATE FUNCTION wa.step_basket_contribute_confirm(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_basket_contribute_confirm(p_chat wa.chat) IS 'Shows the amount as it was understood, and records the contribution when the user agrees.';

CREATE FUNCTION wa.step_basket_create_confirm(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_basket_create_confirm(p_chat wa.chat) IS 'Shows what the new basket will be, and creates it when the user agrees.';

CREATE FUNCTION wa.step_basket_create_goal(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_basket_create_goal(p_chat wa.chat) IS 'Asks for the goal of a new basket, in whole units of the currency; none is an answer too.';

CREATE FUNCTION wa.step_basket_create_name(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_basket_create_name(p_chat wa.chat) IS 'Asks for the name of a new basket.';

CREATE FUNCTION wa.step_basket_create_place(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_basket_create_place(p_chat wa.chat) IS 'Asks where a new public basket is, so that people nearby find it; it may have no place.';

CREATE FUNCTION wa.step_basket_create_visibility(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_basket_create_visibility(p_chat wa.chat) IS 'Asks whether a new basket is private or public.';

CREATE FUNCTION wa.step_basket_detail(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_basket_detail(p_chat wa.chat) IS 'Shows one basket and what this person may do with it; each action is an entry point of its own.';

CREATE FUNCTION wa.step_basket_join(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_basket_join(p_chat wa.chat) IS 'Joins a basket that the user sees, one found nearby for instance, and leads to it.';

CREATE FUNCTION wa.step_basket_join_code(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_basket_join_code(p_chat wa.chat) IS 'Asks for a basket''s code and joins by what is typed.';

CREATE FUNCTION wa.step_basket_join_confirm(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_basket_join_confirm(p_chat wa.chat) IS 'Asks whether to join the basket whose link was opened. Names the code and not the basket, which may be private.';

CREATE FUNCTION wa.step_basket_leave(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_basket_leave(p_chat wa.chat) IS 'Asks whether to leave a basket, and leaves it. The id in the button must be the one that was asked about.';

CREATE FUNCTION wa.step_basket_list(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_basket_list(p_chat wa.chat) IS 'Lists the user''s baskets, a page at a time; each row leads to its basket.';

CREATE FUNCTION wa.step_basket_nearby_list(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_basket_nearby_list(p_chat wa.chat) IS 'Lists public baskets nearby, by their distance from the user''s place, or from another place that is shared meanwhile.';

CREATE FUNCTION wa.step_basket_nearby_place(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_basket_nearby_place(p_chat wa.chat) IS 'Asks where the user is, to find baskets nearby.';

CREATE FUNCTION wa.step_basket_share(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_basket_share(p_chat wa.chat) IS 'Sends a basket''s link as a text and as a QR code, for the user to forward.';

CREATE FUNCTION wa.step_cancelled(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_cancelled(p_chat wa.chat) IS 'Confirms that a flow was given up and leads home.';

CREATE FUNCTION wa.step_help(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_help(p_chat wa.chat) IS 'Says what the bot understands; any answer that is no command leads home.';

CREATE FUNCTION wa.step_home(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_home(p_chat wa.chat) IS 'The home state: the menu on entry and to a number that we asked for, the page of it that "more" asks for, and the menu with an apology for anything else.';

CREATE FUNCTION wa.step_language(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_language(p_chat wa.chat) IS 'Offers languages of wa.locales and sets the one that is tapped or written, unless a later choice is known.';

CREATE FUNCTION wa.step_subscribe(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_subscribe(p_chat wa.chat) IS 'Opts the user in again and leads home.';

CREATE FUNCTION wa.step_unsubscribe(p_chat wa.chat) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.step_unsubscribe(p_chat wa.chat) IS 'Opts the user out and confirms it. The chat stays here, silent, until the user opts in again.';

CREATE FUNCTION wa.strip_accents(p_text text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.strip_accents(p_text text) IS 'A text without accents: as long as it was in normal form C, so that positions in one are positions in the other.';

CREATE FUNCTION wa.summarize_alerts() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.summarize_alerts() IS 'The twenty latest alerts that nobody has been told of yet: those that no notifier has grouped yet included: how often each happened since it was last delivered, failed deliveries in a row, and whether it is stuck, which is to say that they fail or that nobody tries, and whether the notifier has somewhere to post it.';

CREATE FUNCTION wa.summarize_clock() RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.summarize_clock() IS 'The newest time in the tables, and by how many seconds the server''s clock is behind it: 0, unless it was set back.';

CREATE FUNCTION wa.summarize_handovers() RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.summarize_handovers() IS 'The conversations that people have, or are to take: how many (10,000 at most), in how many the user waits for an answer, for how many seconds the one who has waited longest, and the setting handover_wait_seconds.';

CREATE FUNCTION wa.summarize_kept_payloads() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.summarize_kept_payloads() IS 'Signed payloads that wait for a person, by reason, with count (of the newest 10,000) the oldest, and when that one is deleted.';

CREATE FUNCTION wa.summarize_media() RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.summarize_media() IS 'Of users'' media: how many contents the media store still has that it is to lose, and for how many seconds the first of them (null: none). Looks at 10,000 rows.';

CREATE FUNCTION wa.summarize_numbers() RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.summarize_numbers() IS 'Our business numbers by id, and whether any was ever entered, before which each is ours (are_told_apart); those that are not ours for which messages came in the last day (of the newest 10,000), with their count and the last one''s time; and those from which something is queued that is held, since they are not ours.';

CREATE FUNCTION wa.summarize_queue() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.summarize_queue() IS 'The outbox: unsettled messages by status, those that wait for their user to write, what was queued and finished in the last day by status, the age of the oldest due message in seconds, a pause with its reason, how many messages a restored database may send for the second time and how many were queued since (null in any other), why it is about to be noticed that it was restored (null: it was not), and numbers that Meta asked to slow down. Counts look at 10,000 rows (is_capped: there are more).';

CREATE FUNCTION wa.summarize_retention() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.summarize_retention() IS 'When retention ran, whether it is behind (the oldest event that has not failed is a day past its time), the partitions of webhook_logs by day (UTC; null on a node of a cluster, where there are none), and how many snapshots debugging has left in the last hour (10,000: or more).';

CREATE FUNCTION wa.summarize_rights() RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.summarize_rights() IS 'How many owners, policies, privileges, settings and bodies are not as they were when routines were last applied, and the first ten in words.';

CREATE FUNCTION wa.summarize_roles() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.summarize_roles() IS 'The roles of wa-webhook: whether each exists, can log in, is a member of others, or has a power of its own (superuser, bypassrls, createrole, createdb, replication), which none should have.';

CREATE FUNCTION wa.summarize_send_failures() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.summarize_send_failures() IS 'Messages of the last day (of the newest 10,000 finished ones) that failed, by Meta''s error code, with what it means, and whether somebody can mend it: not when it lies with the recipient.';

CREATE FUNCTION wa.summarize_tasks() RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.summarize_tasks() IS 'Tasks: unfinished ones by status, those of the last day by how they ended, how many results came late, what failed by kind and class of error, what is being tried again after two attempts or more, by kind, with the last error of the one with most, masked, and kinds of which one has been due for five minutes, with the age of the oldest in seconds. Counts look at 10,000 rows.';

CREATE FUNCTION wa.summarize_traffic() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.summarize_traffic() IS 'Inbound messages by status in the last five minutes, hour and day (of the newest 10,000; is_capped: there are more), and when the last one came, which is unusually long ago where it is three hours and there were three messages in those hours of the day before it; when a handler last said that it refuses all signatures, where nothing has come since (signatures_refused_at, null: it does not); for each of the last 24 hours those received, failed, and sent of what was queued then.';

CREATE FUNCTION wa.take_people_home(p_states text[]) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.take_people_home(p_states text[]) IS 'Ends the chats that are in some states, so that the next message finds their users in the home state; returns how many.';

CREATE FUNCTION wa.task_result(p_chat wa.chat) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.task_result(p_chat wa.chat) IS 'What came of a task that the chat waits for, an object: task (its id), kind, outcome (done or failed), result (what the worker returned, when done), error (class and message, when failed). Null when the user said something instead, and while the state is being entered.';

CREATE FUNCTION wa.tell_of_failures(p_messages wa.message[], p_failed_at timestamp with time zone[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.tell_of_failures(p_messages wa.message[], p_failed_at timestamp with time zone[]) IS 'Queues a word to the sender of each message that something went wrong, behind what was answered before it failed: once for a message, however often it is replayed.';

CREATE FUNCTION wa.tell_of_left_out() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS '(see db/functions)';

ALTER FUNCTION wa.tell_of_left_out() OWNER TO wa_runtime;

COMMENT ON FUNCTION wa.tell_of_left_out() IS 'Says how many failed notifications a statement left out of what it queued again, since they were too old.';

CREATE FUNCTION wa.tell_step_line(p_context text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.tell_step_line(p_context text) IS 'Where the context of an error in PL/pgSQL says which step it came from: that step and the line of its body, as words to put after the error''s message; of several the innermost. Empty where none is named.';

CREATE FUNCTION wa.try_apart(p_what text, p_items jsonb, p_payload jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.try_apart(p_what text, p_items jsonb, p_payload jsonb) IS 'Applies what a payload holds beside messages, its statuses or account_changes, in a subtransaction, so that a failure costs the messages nothing: the payload is then kept for a replay. Returns the events to log.';

CREATE FUNCTION wa.typed(p_chat wa.chat) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.typed(p_chat wa.chat) IS 'The text that was typed as an answer; null for a tap, a picture and everything else, and while the state is being entered.';

CREATE FUNCTION wa.wait_for(p_chat wa.chat, p_task bigint, p_key text DEFAULT NULL::text, p_data jsonb DEFAULT NULL::jsonb, p_values jsonb DEFAULT NULL::jsonb) RETURNS wa.step_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.wait_for(p_chat wa.chat, p_task bigint, p_key text, p_data jsonb, p_values jsonb) IS 'What a step returns that waits for a task: says a text ("one moment"), shows that the bot is typing, and remembers the task in data.task. While that is there the chat waits for this task alone: the result of an earlier one is late.';

CREATE FUNCTION wa.wake_desk(p_user_id uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.wake_desk(p_user_id uuid) IS 'Tells those who listen on wa_desk, when this transaction commits, that something changed in a conversation that a person has or waits for: whose, by user_id. Unless the server''s queue of notifications is filling up.';

CREATE FUNCTION wa.wake_notifier() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.wake_notifier() IS 'Wakes the notifiers that listen on wa_notifications, when this transaction commits, unless all of them are busy or another transaction is about to wake them.';

CREATE FUNCTION wa.want_media(p_messages wa.message[], p_is_asked boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.want_media(p_messages wa.message[], p_is_asked boolean) IS 'Notes the media of messages that have just been recorded in wa.media, and asks workers to fetch them (media.fetch): those of the kinds in received_media_kinds, or all where p_is_asked. What carries no sha256 to check it by is left alone, and so is what was noted before.';

CREATE FUNCTION wa.warn_of_expiry(p_waiting_before timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.warn_of_expiry(p_waiting_before timestamp with time zone) IS 'Raises an alert, once a day, when payloads that nobody has replayed or dismissed will be deleted within two weeks.';

CREATE FUNCTION wa.warn_of_waiting() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.warn_of_waiting() IS 'Raises an alert where a conversation that a person has, or is to take, has waited for longer than handover_wait_seconds, and for each table of a flow whose routine wa.waiting_<table>() returns timestamptz says since when somebody has waited too long for a person (null: nobody). Each at most every waiting_alert_seconds. One caller at a time; others return at once.';

CREATE FUNCTION wa.write_temporary_file() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64kB'
    AS '(see db/functions)';

COMMENT ON FUNCTION wa.write_temporary_file() IS 'Writes some hundred kilobytes to the server''s disk, which are gone when it returns: without a transaction id, on a read-only server too. Raises an error of class 53 when there is no room.';

CREATE TABLE public.basket_contributions (
    basket_id uuid NOT NULL,
    entry_number integer NOT NULL,
    user_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    reference text NOT NULL,
    reverses_entry_number integer,
    balance_before_minor bigint NOT NULL,
    balance_after_minor bigint NOT NULL,
    previous_entry_number integer GENERATED ALWAYS AS (NULLIF((entry_number - 1), 0)) STORED,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT basket_contributions_adds_up CHECK ((balance_after_minor = (balance_before_minor + amount_minor))),
    CONSTRAINT basket_contributions_amount_is_bounded CHECK (((amount_minor >= '-1000000000000000'::bigint) AND (amount_minor <= '1000000000000000'::bigint))),
    CONSTRAINT basket_contributions_balance_is_not_negative CHECK ((balance_after_minor >= 0)),
    CONSTRAINT basket_contributions_entry_number_is_positive CHECK ((entry_number > 0)),
    CONSTRAINT basket_contributions_first_starts_at_zero CHECK (((entry_number > 1) OR (balance_before_minor = 0))),
    CONSTRAINT basket_contributions_only_a_reversal_takes CHECK (
CASE
    WHEN (reverses_entry_number IS NULL) THEN (amount_minor > 0)
    ELSE (amount_minor < 0)
END),
    CONSTRAINT basket_contributions_reference_is_short CHECK (((char_length(reference) >= 1) AND (char_length(reference) <= 128))),
    CONSTRAINT basket_contributions_reference_is_trimmed CHECK ((reference !~ '^\s|\s$'::text)),
    CONSTRAINT basket_contributions_reverses_an_earlier_one CHECK ((reverses_entry_number < entry_number))
);

COMMENT ON TABLE public.basket_contributions IS 'The ledger: what was put into each basket, in order. Rows are added and never changed; a mistake is answered by a reversal. Each row continues the balance of the one before, so that a basket''s balance is its last row''s.';

COMMENT ON COLUMN public.basket_contributions.entry_number IS '1, 2, 3, ... within the basket, without gaps.';

COMMENT ON COLUMN public.basket_contributions.user_id IS 'Who contributed, as known at that time: after a merge of profiles, profiles.merged_into leads to the survivor.';

COMMENT ON COLUMN public.basket_contributions.amount_minor IS 'Minor units of the currency: positive, or negative in a reversal.';

COMMENT ON COLUMN public.basket_contributions.reference IS 'The payment''s own name, given by the caller: the same payment counts once, in one basket.';

COMMENT ON COLUMN public.basket_contributions.reverses_entry_number IS 'Set in a reversal: the entry whose amount it takes back.';

COMMENT ON COLUMN public.basket_contributions.balance_before_minor IS 'The basket''s balance that this row found, in minor units.';

COMMENT ON COLUMN public.basket_contributions.balance_after_minor IS 'The basket''s balance that this row left, in minor units.';

COMMENT ON COLUMN public.basket_contributions.previous_entry_number IS 'The row before in the same basket. Null in the first.';

CREATE TABLE public.basket_members (
    basket_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text DEFAULT 'member'::text NOT NULL,
    joined_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT basket_members_role_is_known CHECK ((role = ANY (ARRAY['owner'::text, 'member'::text])))
);

COMMENT ON TABLE public.basket_members IS 'Who is in which basket: at most one row a person and basket. Never names a profile that was merged into another.';

COMMENT ON COLUMN public.basket_members.role IS 'owner: may close the basket and change it. member: everybody else.';

CREATE TABLE public.notifications (
    id bigint NOT NULL,
    user_id uuid,
    recipient text NOT NULL,
    phone_number_id text,
    kind text DEFAULT 'message'::text NOT NULL,
    author text,
    payload jsonb NOT NULL,
    status text DEFAULT 'queued'::text NOT NULL,
    priority smallint DEFAULT 0 NOT NULL,
    retry_count integer DEFAULT 0 NOT NULL,
    wait_count integer DEFAULT 0 NOT NULL,
    retries_forgiven integer DEFAULT 0 NOT NULL,
    send_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    next_attempt_at timestamp with time zone DEFAULT clock_timestamp(),
    expires_at timestamp with time zone,
    locked_by text,
    lock_token uuid,
    locked_until timestamp with time zone,
    last_attempt_at timestamp with time zone,
    in_doubt_since timestamp with time zone,
    blocked_by bigint,
    waiting_for text,
    outside_window text DEFAULT 'wait'::text NOT NULL,
    fallback_template jsonb,
    to_opted_out boolean DEFAULT false NOT NULL,
    wa_message_id text,
    dedupe_key text,
    error_code integer,
    error_message text,
    fbtrace_id text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    sent_at timestamp with time zone,
    delivered_at timestamp with time zone,
    read_at timestamp with time zone,
    failed_at timestamp with time zone,
    open_user_id uuid GENERATED ALWAYS AS (
CASE
    WHEN ((status = ANY (ARRAY['queued'::text, 'sending'::text])) AND (kind = 'message'::text) AND (waiting_for IS NULL)) THEN user_id
    ELSE NULL::uuid
END) STORED,
    turn_at timestamp with time zone GENERATED ALWAYS AS (
CASE
    WHEN (status = ANY (ARRAY['queued'::text, 'sending'::text])) THEN next_attempt_at
    ELSE NULL::timestamp with time zone
END) STORED,
    CONSTRAINT notifications_counts_are_not_negative CHECK ((LEAST(retry_count, wait_count, retries_forgiven) >= 0)),
    CONSTRAINT notifications_dedupe_key_is_not_empty CHECK ((dedupe_key <> ''::text)),
    CONSTRAINT notifications_kind_is_known CHECK ((kind = ANY ('{message,read_receipt,echo}'::text[]))),
    CONSTRAINT notifications_only_groups_have_no_user CHECK (((user_id IS NOT NULL) OR ((payload ->> 'recipient_type'::text) = 'group'::text))),
    CONSTRAINT notifications_only_waiting_has_no_next_attempt CHECK (((next_attempt_at IS NOT NULL) OR (waiting_for IS NOT NULL) OR (status <> ALL ('{queued,sending}'::text[])))),
    CONSTRAINT notifications_outside_window_is_known CHECK ((outside_window = ANY ('{wait,template,cancel}'::text[]))),
    CONSTRAINT notifications_payload_is_an_object CHECK ((jsonb_typeof(payload) = 'object'::text)),
    CONSTRAINT notifications_priority_is_known CHECK ((priority = ANY ('{0,1,2}'::smallint[]))),
    CONSTRAINT notifications_recipient_is_not_empty CHECK ((recipient <> ''::text)),
    CONSTRAINT notifications_sender_is_digits CHECK (((phone_number_id ~ '^[0-9]+$'::text) AND (char_length(phone_number_id) <= 32))),
    CONSTRAINT notifications_sending_has_a_lease CHECK (((status <> 'sending'::text) OR ((locked_by IS NOT NULL) AND (locked_until IS NOT NULL)))),
    CONSTRAINT notifications_status_is_known CHECK ((status = ANY ('{queued,sending,sent,delivered,read,failed,cancelled}'::text[]))),
    CONSTRAINT notifications_template_is_given CHECK (((outside_window <> 'template'::text) OR (fallback_template IS NOT NULL))),
    CONSTRAINT notifications_waiting_for_is_known CHECK ((waiting_for = ANY ('{user,template}'::text[])))
)
WITH (fillfactor='60', vacuum_index_cleanup='on', autovacuum_vacuum_scale_factor='0.01', autovacuum_vacuum_insert_scale_factor='0.05', autovacuum_analyze_scale_factor='0.02');

COMMENT ON TABLE public.notifications IS 'The outbox: every message that leaves, once. Claimed with a lease, settled with the lease''s token, moved on by status webhooks.';

COMMENT ON COLUMN public.notifications.user_id IS 'Whom it is for. Null only for groups.';

COMMENT ON COLUMN public.notifications.recipient IS 'The phone number with plus sign, the BSUID, or the group id it was queued for. Sending uses the profile''s present address.';

COMMENT ON COLUMN public.notifications.phone_number_id IS 'The business number that sends. Null: the notifier''s own.';

COMMENT ON COLUMN public.notifications.kind IS 'message; read_receipt: a mark-as-read or typing indicator, which has no place in the user''s order; or echo: what a person of the business wrote in the WhatsApp Business app.';

COMMENT ON COLUMN public.notifications.author IS 'Who wrote it: app, broadcast, or colleague/ and a name. Null: the bot, and what was queued before this was kept.';

COMMENT ON COLUMN public.notifications.payload IS 'Body for the Graph API, without recipient. Media may name {"qr": "https://..."} or {"file": "..."} in place of an id.';

COMMENT ON COLUMN public.notifications.priority IS '0: replies and single messages. 1: read receipts. 2: broadcasts.';

COMMENT ON COLUMN public.notifications.retry_count IS 'Attempts that failed and were repeated. Waiting does not count.';

COMMENT ON COLUMN public.notifications.wait_count IS 'Rate limits met in a row; lengthens the next wait.';

COMMENT ON COLUMN public.notifications.retries_forgiven IS 'retry_count when an operator queued a failed row again: from there it has its full retries once more.';

COMMENT ON COLUMN public.notifications.send_at IS 'Not before this moment; with id, the user''s order.';

COMMENT ON COLUMN public.notifications.next_attempt_at IS 'While queued: when it may be claimed. Null while it waits for the user.';

COMMENT ON COLUMN public.notifications.expires_at IS 'After this moment it is cancelled instead of sent.';

COMMENT ON COLUMN public.notifications.locked_by IS 'The worker that last claimed it.';

COMMENT ON COLUMN public.notifications.lock_token IS 'What the worker must show to settle; new with every claim.';

COMMENT ON COLUMN public.notifications.locked_until IS 'End of the lease while sending.';

COMMENT ON COLUMN public.notifications.in_doubt_since IS 'Set while nobody knows whether Meta accepted the last attempt: a status webhook may still tell.';

COMMENT ON COLUMN public.notifications.blocked_by IS 'The unsettled notification of the same user that goes first. Settling it makes this one due.';

COMMENT ON COLUMN public.notifications.waiting_for IS 'user: held until the user writes again, since the 24-hour window is closed. template: held while wa.message_templates says so; looked at again at next_attempt_at.';

COMMENT ON COLUMN public.notifications.outside_window IS 'What becomes of it when the 24-hour window is closed: wait for the user''s next message, send fallback_template, or cancel.';

COMMENT ON COLUMN public.notifications.fallback_template IS 'A template payload, sent in place of payload outside the window.';

COMMENT ON COLUMN public.notifications.to_opted_out IS 'Sent even to a user who opted out: the confirmation of it, and nothing else.';

COMMENT ON COLUMN public.notifications.wa_message_id IS 'Meta''s id of the accepted message.';

COMMENT ON COLUMN public.notifications.dedupe_key IS 'A second notification with the same key is not queued.';

COMMENT ON COLUMN public.notifications.error_code IS 'Graph API code of the last error, null when there was none. Kept when a later attempt succeeds.';

COMMENT ON COLUMN public.notifications.fbtrace_id IS 'What Meta''s support asks for.';

COMMENT ON COLUMN public.notifications.open_user_id IS 'user_id while it is unsettled and holds a place in the user''s order, else null.';

COMMENT ON COLUMN public.notifications.turn_at IS 'Its place in the line, also while it is being sent: next_attempt_at, null when settled or waiting for the user.';

COMMENT ON CONSTRAINT notifications_sender_is_digits ON public.notifications IS 'The sender becomes a part of the URL that the notifier posts to, with its token.';

ALTER TABLE public.notifications ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.notifications_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.webhook_logs (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    kind text NOT NULL,
    field text,
    waba_id text,
    phone_number_id text,
    detail jsonb NOT NULL,
    CONSTRAINT webhook_logs_kind_is_known CHECK ((kind = ANY (ARRAY['field'::text, 'unknown'::text, 'snapshot'::text])))
)
PARTITION BY RANGE (received_at);

ALTER TABLE public.webhook_logs OWNER TO wa_maintenance;

COMMENT ON TABLE public.webhook_logs IS 'Masked diagnostics: webhook fields that carry no message, things Meta sent that we do not know, and snapshots while debugging. One partition a day (UTC).';

COMMENT ON COLUMN public.webhook_logs.kind IS 'field: a webhook field other than messages. unknown: an object or type we do not know. snapshot: a sampled payload.';

COMMENT ON COLUMN public.webhook_logs.field IS 'Meta''s name of the webhook field.';

COMMENT ON COLUMN public.webhook_logs.waba_id IS 'The WhatsApp business account (entry.id).';

COMMENT ON COLUMN public.webhook_logs.detail IS 'The content, with everything personal masked.';

CREATE TABLE wa.account_events (
    field text NOT NULL,
    event text NOT NULL,
    effect text NOT NULL,
    description text NOT NULL,
    CONSTRAINT account_events_effect_is_known CHECK ((effect = ANY (ARRAY['pause_queue'::text, 'hold_template'::text, 'release_template'::text, 'raise_rate'::text, 'alert'::text, 'none'::text])))
);

COMMENT ON TABLE wa.account_events IS 'What Meta''s webhooks about the account, its numbers and its templates bring about. Changing an effect is an update of a row; a field that is not here is only logged.';

COMMENT ON COLUMN wa.account_events.field IS 'The webhook field.';

COMMENT ON COLUMN wa.account_events.event IS 'The event (or decision, alert type, new quality score, new or correct category), with a slash and its kind where it has one, such as DISABLED_UPDATE/REINSTATE: each restriction or the state of a ban, else the violation or the new status. *: any other.';

COMMENT ON COLUMN wa.account_events.effect IS 'pause_queue: nothing is sent until wa_queue_resume() or until Meta''s restriction expires. hold_template and release_template: its messages wait, or go on. raise_rate: the business number sends faster. All but release_template, raise_rate and none raise an alert.';

CREATE TABLE wa.alert_kinds (
    kind text NOT NULL,
    level text DEFAULT 'error'::text NOT NULL,
    meaning text NOT NULL,
    next_step text NOT NULL,
    CONSTRAINT alert_kinds_kind_is_snake_case CHECK ((kind ~ '^[a-z][a-z0-9_]*$'::text)),
    CONSTRAINT alert_kinds_level_is_known CHECK ((level = ANY (ARRAY['warning'::text, 'error'::text])))
);

COMMENT ON TABLE wa.alert_kinds IS 'What each kind of alert means and what to do next: both are part of what is posted.';

COMMENT ON COLUMN wa.alert_kinds.level IS 'error: something was lost or has stopped. warning: something may soon.';

COMMENT ON COLUMN wa.alert_kinds.next_step IS 'One sentence for whoever is on call, with the section of docs/runbook.md.';

CREATE TABLE wa.alert_occurrences (
    id bigint NOT NULL,
    occurred_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    kind text NOT NULL,
    group_key text NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    seen_count integer DEFAULT 1 NOT NULL,
    CONSTRAINT alert_occurrences_detail_is_an_object CHECK ((jsonb_typeof(detail) = 'object'::text)),
    CONSTRAINT alert_occurrences_kind_is_snake_case CHECK ((kind ~ '^[a-z][a-z0-9_]*$'::text)),
    CONSTRAINT alert_occurrences_seen_count_is_positive CHECK ((seen_count > 0))
);

COMMENT ON TABLE wa.alert_occurrences IS 'What has happened since alerts were last grouped. Only inserted into by what causes alerts, so that a thousand failures at once do not wait for one row; wa.group_alerts empties it into wa.alerts.';

COMMENT ON COLUMN wa.alert_occurrences.group_key IS 'What makes two occurrences the same alert, such as an error code.';

COMMENT ON COLUMN wa.alert_occurrences.detail IS 'With everything personal masked.';

COMMENT ON COLUMN wa.alert_occurrences.seen_count IS 'How often it happened in the transaction that inserted the row.';

ALTER TABLE wa.alert_occurrences ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME wa.alert_occurrences_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE wa.alerts (
    id bigint NOT NULL,
    kind text NOT NULL,
    group_key text NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    seen_count integer DEFAULT 1 NOT NULL,
    first_seen_at timestamp with time zone DEFAULT now() NOT NULL,
    last_seen_at timestamp with time zone DEFAULT now() NOT NULL,
    delivered_count integer DEFAULT 0 NOT NULL,
    delivered_at timestamp with time zone,
    next_attempt_at timestamp with time zone DEFAULT now() NOT NULL,
    attempt_count integer DEFAULT 0 NOT NULL,
    lock_token uuid,
    given_up_at timestamp with time zone,
    CONSTRAINT alerts_counts_are_in_order CHECK (((seen_count >= delivered_count) AND (delivered_count >= 0))),
    CONSTRAINT alerts_detail_is_an_object CHECK ((jsonb_typeof(detail) = 'object'::text)),
    CONSTRAINT alerts_kind_is_snake_case CHECK ((kind ~ '^[a-z][a-z0-9_]*$'::text))
)
WITH (fillfactor='50');

COMMENT ON TABLE wa.alerts IS 'What a person has to know, one row for each kind and group, with a count. The notifier posts what is new to ALERT_WEBHOOK_URL.';

COMMENT ON COLUMN wa.alerts.group_key IS 'What makes two occurrences the same alert, such as an error code.';

COMMENT ON COLUMN wa.alerts.detail IS 'Of the latest occurrence, with everything personal masked.';

COMMENT ON COLUMN wa.alerts.delivered_count IS 'seen_count when the alert was last delivered; less than seen_count: there is news.';

COMMENT ON COLUMN wa.alerts.next_attempt_at IS 'When news may be posted; also the end of the lease of a worker that is posting it.';

COMMENT ON COLUMN wa.alerts.attempt_count IS 'Failed deliveries in a row.';

COMMENT ON COLUMN wa.alerts.lock_token IS 'What settling must show; new with every claim.';

COMMENT ON COLUMN wa.alerts.given_up_at IS 'When its delivery was given up, after alert_max_attempts. News about the alert starts anew.';

CREATE VIEW wa.alert_overview WITH (security_invoker='true') AS
 SELECT alert.kind,
    alert.group_key,
    known.level,
    known.meaning,
    known.next_step,
    alert.seen_count,
    alert.first_seen_at,
    alert.last_seen_at,
    alert.delivered_at,
    alert.is_delivered,
    alert.detail
   FROM (( SELECT merged.kind,
            merged.group_key,
            (sum(merged.seen_count))::integer AS seen_count,
            min(merged.first_seen_at) AS first_seen_at,
            max(merged.last_seen_at) AS last_seen_at,
            max(merged.delivered_at) AS delivered_at,
            bool_and(merged.is_delivered) AS is_delivered,
            (array_agg(merged.detail ORDER BY merged.last_seen_at DESC))[1] AS detail
           FROM ( SELECT alerts.kind,
                    alerts.group_key,
                    alerts.seen_count,
                    alerts.first_seen_at,
                    alerts.last_seen_at,
                    alerts.delivered_at,
                    (alerts.delivered_count = alerts.seen_count) AS is_delivered,
                    alerts.detail
                   FROM wa.alerts
                UNION ALL
                 SELECT alert_occurrences.kind,
                    alert_occurrences.group_key,
                    alert_occurrences.seen_count,
                    alert_occurrences.occurred_at AS first_seen_at,
                    (alert_occurrences.occurred_at + '00:00:00'::interval) AS last_seen_at,
                    NULL::timestamp with time zone AS delivered_at,
                    false AS is_delivered,
                    alert_occurrences.detail
                   FROM wa.alert_occurrences
                  WHERE (alert_occurrences.kind <> 'invalid_sender_spike'::text)) merged
          GROUP BY merged.kind, merged.group_key) alert
     LEFT JOIN wa.alert_kinds known ON ((alert.kind = known.kind)));

COMMENT ON VIEW wa.alert_overview IS 'Every alert with its meaning and next step, those that no notifier has grouped yet included.';

ALTER TABLE wa.alerts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME wa.alerts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE wa.applied_files (
    component text NOT NULL,
    path text NOT NULL,
    checksum text NOT NULL,
    shape text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT applied_files_checksum_is_hex CHECK ((checksum ~ '^[0-9a-f]{16}$'::text))
);

COMMENT ON TABLE wa.applied_files IS 'What each file of a routine contained when it was last applied, so that a changed one is applied again.';

COMMENT ON COLUMN wa.applied_files.component IS 'Whose file it is: wa_webhook, or a flow with a history of its own.';

COMMENT ON COLUMN wa.applied_files.path IS 'Relative to db, for example functions/webhook/wa_dispatch.sql.';

COMMENT ON COLUMN wa.applied_files.checksum IS 'First 16 hex digits of the file''s SHA-256, lower case; all zeros where it is to be applied again.';

COMMENT ON COLUMN wa.applied_files.shape IS 'What create or replace cannot change of the file''s routine: its name, parameters and result. Empty where it makes none.';

CREATE TABLE wa.applied_migrations (
    component text NOT NULL,
    version text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT applied_migrations_checksum_is_hex CHECK ((checksum ~ '^[0-9a-f]{16}$'::text)),
    CONSTRAINT applied_migrations_version_is_timestamp CHECK ((version ~ '^[0-9]{14}$'::text))
);

COMMENT ON TABLE wa.applied_migrations IS 'Which migration files were applied, and what each contained, so that a later edit of it is found.';

COMMENT ON COLUMN wa.applied_migrations.component IS 'Whose migration it is: wa_webhook, or a flow with a history of its own.';

COMMENT ON COLUMN wa.applied_migrations.version IS 'That of the file''s name: UTC YYYYMMDDHHMMSS.';

COMMENT ON COLUMN wa.applied_migrations.checksum IS 'First 16 hex digits of the file''s SHA-256, lower case.';

CREATE TABLE wa.basket_join_attempts (
    user_id uuid NOT NULL,
    wrong_tries integer DEFAULT 0 NOT NULL,
    window_started_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT basket_join_attempts_wrong_tries_is_not_negative CHECK ((wrong_tries >= 0))
);

COMMENT ON TABLE wa.basket_join_attempts IS 'How many wrong basket codes a profile has tried: codes cannot be found by trying. One row a profile that ever used a code.';

COMMENT ON COLUMN wa.basket_join_attempts.wrong_tries IS 'Since window_started_at. A right code does not reset it.';

COMMENT ON COLUMN wa.basket_join_attempts.window_started_at IS 'When the first of these tries was made.';

CREATE TABLE wa.consent_words (
    word text NOT NULL,
    locale text NOT NULL,
    action text NOT NULL,
    CONSTRAINT consent_words_action_is_known CHECK ((action = ANY (ARRAY['stop'::text, 'start'::text]))),
    CONSTRAINT consent_words_locale_is_a_language CHECK ((locale ~ '^[a-z]{2,3}(_[A-Z]{2})?$'::text)),
    CONSTRAINT consent_words_word_is_not_empty CHECK ((word <> ''::text)),
    CONSTRAINT consent_words_word_is_short CHECK ((char_length(word) <= 100))
);

COMMENT ON TABLE wa.consent_words IS 'The words by which users say that they want no messages, or want them again: typed, on a button, or under a picture. They are understood whatever the language of the profile, and go before every keyword of a flow.';

COMMENT ON COLUMN wa.consent_words.word IS 'One or more words; stored without case, accents, apostrophes and punctuation, as they are compared.';

COMMENT ON COLUMN wa.consent_words.locale IS 'The language that the word is taken from, such as fr or pt_BR: one that the bot speaks, or any other.';

COMMENT ON COLUMN wa.consent_words.action IS 'stop: opts out. start: opts in again.';

CREATE TABLE wa.desk_actions (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    agent text NOT NULL,
    role text NOT NULL,
    action text NOT NULL,
    user_id uuid,
    phone_number_id text,
    notification_id bigint,
    CONSTRAINT desk_actions_action_is_known CHECK ((action = ANY (ARRAY['signed_in'::text, 'signed_out'::text, 'opened'::text, 'taken'::text, 'taken_over'::text, 'replied'::text, 'handed_back'::text, 'noted'::text, 'note_deleted'::text])))
);

COMMENT ON TABLE wa.desk_actions IS 'What colleagues did, and never what was said. Kept for desk_actions_ttl_days.';

COMMENT ON COLUMN wa.desk_actions.agent IS 'What the colleague is called, by whoever called.';

COMMENT ON COLUMN wa.desk_actions.role IS 'The database role that called.';

COMMENT ON COLUMN wa.desk_actions.action IS 'opened is told once an hour for each colleague and person; taken_over: from another colleague.';

COMMENT ON COLUMN wa.desk_actions.user_id IS 'Whom it was about, of public.profiles, one that was merged too. Null: nobody, or somebody who was erased.';

COMMENT ON COLUMN wa.desk_actions.phone_number_id IS 'The business number of the conversation. Null: not known, or none.';

COMMENT ON COLUMN wa.desk_actions.notification_id IS 'The answer of a colleague, of public.notifications. Null for all else.';

ALTER TABLE wa.desk_actions ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME wa.desk_actions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE wa.desk_notes (
    id bigint NOT NULL,
    user_id uuid NOT NULL,
    author text NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT desk_notes_body_is_not_empty CHECK ((btrim(body) <> ''::text)),
    CONSTRAINT desk_notes_body_is_short CHECK ((char_length(body) <= 2000))
);

COMMENT ON TABLE wa.desk_notes IS 'What colleagues note about somebody for each other. The person never sees it, unless their data are handed out.';

COMMENT ON COLUMN wa.desk_notes.user_id IS 'Of public.profiles, one that was merged too. No foreign key: its check would lock the profile, out of the lock order.';

COMMENT ON COLUMN wa.desk_notes.author IS 'What the colleague is called.';

ALTER TABLE wa.desk_notes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME wa.desk_notes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE wa.document_fields (
    document text NOT NULL,
    field text NOT NULL,
    "position" integer DEFAULT 1 NOT NULL,
    label text,
    value text DEFAULT '.+'::text NOT NULL,
    place text DEFAULT 'beside'::text NOT NULL,
    value_check text DEFAULT 'text'::text NOT NULL,
    CONSTRAINT document_fields_label_is_pattern CHECK (((label IS NULL) OR ((length(label) <= 200) AND (label !~ '\\[1-9]'::text) AND ((''::text ~ label) IS NOT NULL)))),
    CONSTRAINT document_fields_label_unless_anywhere CHECK (((label IS NULL) = (place = 'anywhere'::text))),
    CONSTRAINT document_fields_names_are_plain CHECK (((document ~ '^[a-z][a-z0-9_]{0,62}$'::text) AND (field ~ '^[a-z][a-z0-9_]{0,62}$'::text))),
    CONSTRAINT document_fields_place_is_known CHECK ((place = ANY (ARRAY['beside'::text, 'right'::text, 'below'::text, 'anywhere'::text]))),
    CONSTRAINT document_fields_value_check_is_known CHECK ((value_check = ANY (ARRAY['text'::text, 'date'::text, 'number'::text, 'vin'::text, 'luhn'::text]))),
    CONSTRAINT document_fields_value_is_pattern CHECK (((length(value) <= 200) AND (value !~ '\\[1-9]'::text) AND ((''::text ~ value) IS NOT NULL)))
);

COMMENT ON TABLE wa.document_fields IS 'Rules by which wa.find_document_fields finds fields among the lines that OCR read. Flows declare them (documents in flow.sql). Patterns are code: who writes them is who writes steps, and never a user.';

COMMENT ON COLUMN wa.document_fields.document IS 'The kind of document: the flow''s prefix, and its name in the declaration.';

COMMENT ON COLUMN wa.document_fields."position" IS 'Of several rules for a field the first that finds a valid value counts.';

COMMENT ON COLUMN wa.document_fields.label IS 'A regular expression for what stands before the value, whatever case and accents. Null: the value is told by its pattern alone.';

COMMENT ON COLUMN wa.document_fields.value IS 'A regular expression for the value, whatever its case: the first match counts.';

COMMENT ON COLUMN wa.document_fields.place IS 'Where the value is: right of the label on its line, below it, beside it (right or else below), or anywhere on the page.';

COMMENT ON COLUMN wa.document_fields.value_check IS 'What makes a value valid: text (anything), date, number, vin (17 characters of a vehicle), luhn (digits with a check digit).';

CREATE TABLE wa.erased_digests (
    digest bytea NOT NULL,
    erased_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT erased_digests_digest_is_sha256 CHECK ((octet_length(digest) = 32))
);

COMMENT ON TABLE wa.erased_digests IS 'What Meta may still deliver again of people who were erased: it counts as a duplicate, and brings nothing back.';

COMMENT ON COLUMN wa.erased_digests.digest IS 'SHA-256 of the message id, or of a whole payload that was kept.';

CREATE TABLE wa.flow_states (
    state text NOT NULL,
    flow text NOT NULL,
    step_function text NOT NULL,
    back_to text,
    expires_after interval,
    description text NOT NULL,
    CONSTRAINT flow_states_expires_after_is_positive CHECK ((expires_after > '00:00:00'::interval)),
    CONSTRAINT flow_states_state_is_snake_case CHECK ((state ~ '^[a-z][a-z0-9_]*$'::text)),
    CONSTRAINT flow_states_step_function_is_a_step CHECK ((step_function ~ '^step_[a-z][a-z0-9_]*$'::text))
);

COMMENT ON TABLE wa.flow_states IS 'Every state that a chat can be in, and the step function that handles it: the registry of the flow engine.';

COMMENT ON COLUMN wa.flow_states.flow IS 'The flow that the state belongs to, such as home or baskets.';

COMMENT ON COLUMN wa.flow_states.step_function IS 'A function of schema wa that takes a wa.chat and returns a wa.step_result.';

COMMENT ON COLUMN wa.flow_states.back_to IS 'Where the command "back" leads. Null: to the home state.';

COMMENT ON COLUMN wa.flow_states.expires_after IS 'Silence after which the user is back in the home state. Null: never.';

CREATE TABLE wa.flow_transitions (
    from_state text NOT NULL,
    to_state text NOT NULL,
    CONSTRAINT flow_transitions_leave_the_state CHECK ((from_state <> to_state))
);

COMMENT ON TABLE wa.flow_transitions IS 'The moves that a step may make. Staying is always allowed, so are entry points; any other move raises WA002.';

CREATE TABLE wa.flows (
    flow text NOT NULL,
    prefix text,
    declared jsonb NOT NULL,
    declared_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT flows_declared_is_an_object CHECK ((jsonb_typeof(declared) = 'object'::text)),
    CONSTRAINT flows_flow_is_snake_case CHECK ((flow ~ '^[a-z][a-z0-9_]{0,29}$'::text)),
    CONSTRAINT flows_only_home_has_no_prefix CHECK (((prefix IS NULL) = (flow = 'home'::text))),
    CONSTRAINT flows_prefix_is_snake_case CHECK ((prefix ~ '^[a-z][a-z0-9_]{0,29}$'::text))
);

COMMENT ON TABLE wa.flows IS 'The flows that were declared, each with the rows it declared: what differs from them today, somebody changed by hand.';

COMMENT ON COLUMN wa.flows.prefix IS 'What the names of its states, steps, texts and taps begin with. Null: home, whose names are everybody''s.';

COMMENT ON COLUMN wa.flows.declared IS 'The rows as wa.declare_flow last wrote them: arrays states, moves, entries, menu and texts, with the columns of their tables.';

CREATE TABLE wa.hand_back_words (
    word text NOT NULL,
    CONSTRAINT hand_back_words_word_is_not_empty CHECK ((word <> ''::text)),
    CONSTRAINT hand_back_words_word_is_short CHECK ((char_length(word) <= 100))
);

COMMENT ON TABLE wa.hand_back_words IS 'What a user says who is with a person and wants the bot again: typed, or on a button.';

COMMENT ON COLUMN wa.hand_back_words.word IS 'One or more words; stored without case, accents, apostrophes and punctuation, as they are compared.';

CREATE TABLE wa.kept_payloads (
    id bigint NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    reason text NOT NULL,
    error text,
    body bytea NOT NULL,
    sha256 bytea GENERATED ALWAYS AS (sha256(body)) STORED,
    seen_count integer DEFAULT 1 NOT NULL,
    replayed_at timestamp with time zone,
    CONSTRAINT kept_payloads_reason_is_known CHECK ((reason = ANY (ARRAY['not_json'::text, 'not_envelope'::text, 'dispatch_error'::text, 'text_replaced'::text, 'unknown_sender'::text]))),
    CONSTRAINT kept_payloads_seen_count_is_positive CHECK ((seen_count > 0))
);

COMMENT ON TABLE wa.kept_payloads IS 'Signed payloads that could not be processed as they were, until an operator replays them: byte for byte, or of a larger payload the one message whose sender cannot be told.';

COMMENT ON COLUMN wa.kept_payloads.reason IS 'not_json, not_envelope: unreadable. dispatch_error: processing raised. unknown_sender: a message of whom neither number nor BSUID is known. text_replaced: processed, but with characters that Postgres cannot store replaced.';

COMMENT ON COLUMN wa.kept_payloads.seen_count IS 'How often Meta has delivered the same bytes.';

ALTER TABLE wa.kept_payloads ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME wa.kept_payloads_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE wa.locales (
    locale text NOT NULL,
    name text NOT NULL,
    is_offered boolean DEFAULT true NOT NULL,
    CONSTRAINT locales_locale_is_a_language_tag CHECK ((locale ~ '^[a-z]{2}(-[A-Z]{2})?$'::text))
);

COMMENT ON TABLE wa.locales IS 'The languages that profiles and texts can have. A new language is a row here and its rows in wa.texts.';

COMMENT ON COLUMN wa.locales.name IS 'The language''s name in that language, as the user is offered it.';

COMMENT ON COLUMN wa.locales.is_offered IS 'Whether users are offered it, and flows are expected to speak it. False: a language that this bot leaves out, of those that every database begins with.';

CREATE TABLE wa.marketing_preferences (
    user_id uuid NOT NULL,
    is_stopped boolean NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE wa.marketing_preferences IS 'Users who told Meta to stop or resume marketing messages. While stopped, templates whose category in wa.message_templates is MARKETING are cancelled instead of sent; everything else goes out.';

COMMENT ON COLUMN wa.marketing_preferences.user_id IS 'Of public.profiles. No foreign key: its check would lock the profile, out of the lock order.';

COMMENT ON COLUMN wa.marketing_preferences.changed_at IS 'By Meta''s clock: webhooks arrive in any order.';

CREATE TABLE wa.media (
    id bigint NOT NULL,
    user_id uuid NOT NULL,
    phone_number_id text,
    wa_message_id text,
    kind text NOT NULL,
    media_id text,
    declared_type text,
    filename text,
    object_id uuid NOT NULL,
    status text DEFAULT 'wanted'::text NOT NULL,
    problem text,
    received_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT media_kind_is_known CHECK ((kind = ANY (ARRAY['image'::text, 'document'::text, 'video'::text, 'voice'::text, 'audio'::text, 'sticker'::text]))),
    CONSTRAINT media_of_users_have_metas_ids CHECK (((wa_message_id IS NULL) = (media_id IS NULL))),
    CONSTRAINT media_problems_are_told CHECK (((status = ANY (ARRAY['refused'::text, 'failed'::text])) = (problem IS NOT NULL))),
    CONSTRAINT media_status_is_known CHECK ((status = ANY (ARRAY['wanted'::text, 'stored'::text, 'refused'::text, 'failed'::text])))
);

COMMENT ON TABLE wa.media IS 'Pictures, documents and the like that users sent and somebody wants, and pictures that colleagues sent them: what each was, whose, and how long it is kept.';

COMMENT ON COLUMN wa.media.user_id IS 'Who sent it, or to whom a colleague did.';

COMMENT ON COLUMN wa.media.wa_message_id IS 'The message of a user that brought it, which has no other. Null: a colleague sent it.';

COMMENT ON COLUMN wa.media.kind IS 'As a flow''s entries name it: image, document, video, voice, audio, sticker.';

COMMENT ON COLUMN wa.media.media_id IS 'Meta''s id of it, good for seven days. Null: a colleague sent it.';

COMMENT ON COLUMN wa.media.declared_type IS 'Its MIME type in the sender''s words.';

COMMENT ON COLUMN wa.media.filename IS 'A document''s name in the sender''s words.';

COMMENT ON COLUMN wa.media.object_id IS 'The bytes, which others may have sent as well.';

COMMENT ON COLUMN wa.media.status IS 'wanted until a worker has it, or until a colleague''s picture is in the store and its answer queued; stored; refused, since it is too large or not what it says; failed, since Meta or the store did not give or take it.';

COMMENT ON COLUMN wa.media.problem IS 'Why it was refused or has failed.';

COMMENT ON COLUMN wa.media.expires_at IS 'When retention removes it, and the bytes with the last that refers to them.';

CREATE TABLE wa.media_cache (
    cache_key text NOT NULL,
    media_id text NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE wa.media_cache IS 'Media that was uploaded to Meta and can be sent again by its id.';

COMMENT ON COLUMN wa.media_cache.cache_key IS 'Business number, kind, and the QR content''s hash or the file''s path: a changed file needs a new path.';

COMMENT ON COLUMN wa.media_cache.expires_at IS 'media_ttl_days after the upload; Meta keeps it for 30 days.';

ALTER TABLE wa.media ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME wa.media_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE wa.menu_items (
    reply_id text NOT NULL,
    entry_kind text GENERATED ALWAYS AS ('reply'::text) STORED NOT NULL,
    "position" integer NOT NULL,
    title_key text NOT NULL,
    description_key text
);

COMMENT ON TABLE wa.menu_items IS 'The rows of the home menu, each the entry point of a flow.';

COMMENT ON COLUMN wa.menu_items.reply_id IS 'The id of the row, which is a reply in wa.flow_entries.';

COMMENT ON COLUMN wa.menu_items.entry_kind IS 'Always reply: there for the foreign key.';

COMMENT ON COLUMN wa.menu_items.title_key IS 'Of wa.texts; at most 24 characters are shown.';

COMMENT ON COLUMN wa.menu_items.description_key IS 'Of wa.texts; at most 72 characters are shown.';

CREATE TABLE wa.message_templates (
    name text NOT NULL,
    language text NOT NULL,
    category text,
    status text,
    status_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    is_held boolean DEFAULT false NOT NULL,
    CONSTRAINT message_templates_language_has_no_hyphen CHECK ((language !~~ '%-%'::text))
);

COMMENT ON TABLE wa.message_templates IS 'What Meta''s webhooks have told of message templates. A template that is not here may be sent. is_held and category may be changed by hand: set is_held to false and what waited goes on.';

COMMENT ON COLUMN wa.message_templates.language IS 'As in the message, template.language.code, with an underscore: en_US, also where a message or a webhook says en-US.';

COMMENT ON COLUMN wa.message_templates.category IS 'MARKETING, UTILITY or AUTHENTICATION. Null: unknown; then Meta alone refuses it to users who stopped marketing.';

COMMENT ON COLUMN wa.message_templates.status IS 'The latest event of message_template_status_update that held it or let it go.';

COMMENT ON COLUMN wa.message_templates.status_at IS 'When that happened, by Meta''s clock: events arrive in any order.';

COMMENT ON COLUMN wa.message_templates.is_held IS 'Queued messages with this template wait.';

CREATE TABLE wa.texts (
    key text NOT NULL,
    locale text NOT NULL,
    body text NOT NULL,
    CONSTRAINT texts_body_is_not_empty CHECK ((body <> ''::text)),
    CONSTRAINT texts_key_is_dotted CHECK ((key ~ '^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$'::text))
);

COMMENT ON TABLE wa.texts IS 'Everything the bot says, by key and language. Placeholders are {named}. A missing translation falls back to default_locale.';

CREATE VIEW wa.missing_translations WITH (security_invoker='true') AS
 SELECT text_key.key,
    locale.locale
   FROM (( SELECT DISTINCT text.key
           FROM wa.texts text) text_key
     CROSS JOIN wa.locales locale)
  WHERE (locale.is_offered AND (NOT (EXISTS ( SELECT
           FROM wa.texts text
          WHERE ((text.key = text_key.key) AND (text.locale = locale.locale))))));

COMMENT ON VIEW wa.missing_translations IS 'The texts that a language lacks which users are offered: they read them in the default language until their rows are in wa.texts.';

CREATE TABLE wa.number_pace (
    phone_number_id text NOT NULL,
    rate_per_second integer,
    paid_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    held_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT number_pace_number_is_digits CHECK ((phone_number_id ~ '^[0-9]{0,32}$'::text)),
    CONSTRAINT number_pace_rate_is_positive CHECK ((rate_per_second > 0))
)
WITH (fillfactor='20');

COMMENT ON TABLE wa.number_pace IS 'The business numbers, and how far ahead of its rate each has sent: a token bucket in one timestamp, shared by all workers.';

COMMENT ON COLUMN wa.number_pace.phone_number_id IS 'Empty for notifications that leave the number to the notifier.';

COMMENT ON COLUMN wa.number_pace.rate_per_second IS 'What this business number may send. Null: the setting number_rate_per_second.';

COMMENT ON COLUMN wa.number_pace.paid_until IS 'Every message moves it on by 1 / number_rate_per_second; it may run ahead of the clock by number_burst_seconds.';

COMMENT ON COLUMN wa.number_pace.held_until IS 'Nothing is claimed for the number before this moment: Meta asked for a break.';

COMMENT ON CONSTRAINT number_pace_number_is_digits ON wa.number_pace IS 'As in public.notifications; empty for the notifier''s own number.';

CREATE TABLE wa.numbers (
    phone_number_id text NOT NULL,
    waba_id text,
    display_number text,
    answers boolean DEFAULT true NOT NULL,
    home_state text DEFAULT 'home'::text NOT NULL,
    added_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    retired_at timestamp with time zone,
    CONSTRAINT numbers_display_number_is_e164 CHECK ((display_number ~ '^\+[1-9][0-9]{6,14}$'::text)),
    CONSTRAINT numbers_phone_number_id_is_digits CHECK ((phone_number_id ~ '^[0-9]{1,32}$'::text)),
    CONSTRAINT numbers_waba_id_is_digits CHECK ((waba_id ~ '^[0-9]{1,32}$'::text))
);

COMMENT ON TABLE wa.numbers IS 'Our business numbers. What comes for another number or account is kept, counted and alerted, and causes nothing. With no row at all, every number counts as ours.';

COMMENT ON COLUMN wa.numbers.phone_number_id IS 'Meta''s id of the number, in digits: not the number itself.';

COMMENT ON COLUMN wa.numbers.waba_id IS 'The WhatsApp business account that it belongs to (entry.id of webhooks). While no number has one, events of every account count as ours.';

COMMENT ON COLUMN wa.numbers.display_number IS 'The number as people dial it, with a plus sign. Some webhooks name a number by nothing else.';

COMMENT ON COLUMN wa.numbers.answers IS 'False: what comes is recorded, its sender known and the 24-hour window open, and nothing is answered.';

COMMENT ON COLUMN wa.numbers.home_state IS 'Where chats with this number begin and end.';

COMMENT ON COLUMN wa.numbers.added_at IS 'The first that was added and is not retired sends what names no number.';

COMMENT ON COLUMN wa.numbers.retired_at IS 'Since when it is not ours any more: nothing is sent from it, and what comes for it causes nothing.';

CREATE TABLE wa.pair_pace (
    user_id uuid NOT NULL,
    phone_number_id text NOT NULL,
    paid_until timestamp with time zone NOT NULL,
    CONSTRAINT pair_pace_number_is_digits CHECK ((phone_number_id ~ '^[0-9]{0,32}$'::text))
)
WITH (fillfactor='50');

COMMENT ON TABLE wa.pair_pace IS 'The same for one business number and one user (Meta''s pair limit).';

COMMENT ON COLUMN wa.pair_pace.paid_until IS 'Every message moves it on by pair_interval_seconds; it may run ahead of the clock by pair_burst intervals.';

COMMENT ON CONSTRAINT pair_pace_number_is_digits ON wa.pair_pace IS 'As in public.notifications; empty for the notifier''s own number.';

CREATE TABLE wa.phone_only_templates (
    name text NOT NULL
);

COMMENT ON TABLE wa.phone_only_templates IS 'Templates that Meta does not deliver to a BSUID (one-tap, zero-tap and copy-code authentication): refused here when the user''s phone number is unknown.';

CREATE TABLE wa.profile_aliases (
    kind text NOT NULL,
    value text NOT NULL,
    user_id uuid NOT NULL,
    left_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT profile_aliases_kind_is_known CHECK ((kind = ANY (ARRAY['bsuid'::text, 'parent_bsuid'::text, 'phone'::text]))),
    CONSTRAINT profile_aliases_only_numbers_are_left CHECK (((kind = 'phone'::text) OR (left_at IS NULL)))
);

COMMENT ON TABLE wa.profile_aliases IS 'Other names of a profile: BSUIDs it had before, its parent BSUID, numbers that Meta knows by another one, and numbers it had before. Consulted when the profile''s own columns do not know a sender.';

COMMENT ON COLUMN wa.profile_aliases.value IS 'A BSUID, a parent BSUID, or a number in the form that wa.phone_lookup_key gives.';

COMMENT ON COLUMN wa.profile_aliases.left_at IS 'When the profile ceased to have this number, which may be somebody else''s by now: only what was sent before then is of this profile.';

CREATE TABLE wa.queue_state (
    only_row boolean DEFAULT true NOT NULL,
    paused_until timestamp with time zone,
    paused_reason text,
    account_event_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    notifier_waits boolean DEFAULT true NOT NULL,
    alerts_are_posted boolean,
    clock_was_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT queue_state_is_one_row CHECK (only_row),
    CONSTRAINT queue_state_pause_has_a_reason CHECK (((paused_until IS NULL) = (paused_reason IS NULL)))
)
WITH (fillfactor='20');

COMMENT ON TABLE wa.queue_state IS 'Whether the outbox is paused, and whether a notifier has to be woken: one row.';

COMMENT ON COLUMN wa.queue_state.paused_until IS 'Nothing is claimed before this moment. Infinity: until wa_queue_resume(). Null: not paused.';

COMMENT ON COLUMN wa.queue_state.account_event_at IS 'When the account event happened, by Meta''s clock, that last paused the queue: Meta may deliver it again after an operator has resumed.';

COMMENT ON COLUMN wa.queue_state.notifier_waits IS 'The last claim did not fill its batch, so that its worker may be asleep. While false, producers spare the NOTIFY, which would make their commits wait for each other.';

COMMENT ON COLUMN wa.queue_state.alerts_are_posted IS 'Whether the notifier that last looked has an ALERT_WEBHOOK_URL. Null: none has looked.';

COMMENT ON COLUMN wa.queue_state.clock_was_at IS 'Where the clock was when it was last found to be set back. What was queued until then has been dealt with.';

CREATE TABLE wa.recipient_blocks (
    user_id uuid NOT NULL,
    template_name text DEFAULT ''::text NOT NULL,
    error_code text NOT NULL,
    ends_at timestamp with time zone DEFAULT 'infinity'::timestamp with time zone NOT NULL,
    ends_when_user_writes boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE wa.recipient_blocks IS 'Users to whom Meta does not deliver: messages to them fail at once, without a call. Deleting a row ends the block; so does draining one of the user''s failed rows.';

COMMENT ON COLUMN wa.recipient_blocks.user_id IS 'Of public.profiles. No foreign key: its check would lock the profile after the notification, against the lock order.';

COMMENT ON COLUMN wa.recipient_blocks.template_name IS 'Only this template is blocked. Empty: everything.';

CREATE TABLE wa.rendered_menus (
    body_key text NOT NULL,
    locale text NOT NULL,
    payload jsonb NOT NULL,
    replies jsonb GENERATED ALWAYS AS (('[]'::jsonb || payload)) STORED NOT NULL
)
WITH (toast_tuple_target='8160');

COMMENT ON TABLE wa.rendered_menus IS 'The first page of the home menu as it is sent, so that a greeting does not render it anew. Emptied by whatever changes a text, a menu item or a setting; safe to empty at any time.';

COMMENT ON COLUMN wa.rendered_menus.body_key IS 'The text above the menu, of wa.texts.';

COMMENT ON COLUMN wa.rendered_menus.payload IS 'The body of a Graph API list message.';

COMMENT ON COLUMN wa.rendered_menus.replies IS 'The same as the only body of what a step answers with.';

CREATE TABLE wa.retention_state (
    only_row boolean DEFAULT true NOT NULL,
    last_started_at timestamp with time zone,
    last_finished_at timestamp with time zone,
    purged_events bigint DEFAULT 0 NOT NULL,
    purged_logs bigint DEFAULT 0 NOT NULL,
    purged_notifications bigint DEFAULT 0 NOT NULL,
    purged_payloads bigint DEFAULT 0 NOT NULL,
    purged_tasks bigint DEFAULT 0 NOT NULL,
    purged_media bigint DEFAULT 0 NOT NULL,
    CONSTRAINT retention_state_is_one_row CHECK (only_row)
);

COMMENT ON TABLE wa.retention_state IS 'When retention last ran: one row, which tells handlers whether it is due again.';

COMMENT ON COLUMN wa.retention_state.purged_events IS 'Rows of wa_events purged since the beginning: a counter for metrics.';

COMMENT ON COLUMN wa.retention_state.purged_logs IS 'The same for webhook_logs.';

COMMENT ON COLUMN wa.retention_state.purged_notifications IS 'The same for notifications.';

COMMENT ON COLUMN wa.retention_state.purged_payloads IS 'The same for wa.kept_payloads.';

COMMENT ON COLUMN wa.retention_state.purged_tasks IS 'The same for wa.tasks.';

COMMENT ON COLUMN wa.retention_state.purged_media IS 'The same for wa.media.';

CREATE TABLE wa.rights (
    object text NOT NULL,
    held text NOT NULL,
    giving text
);

COMMENT ON TABLE wa.rights IS 'Who owns, may reach and may execute what, as it was when routines were last applied: what is otherwise now was changed by hand, or by a restore. wa-webhook migrate gives it back.';

COMMENT ON COLUMN wa.rights.object IS 'Kind and name, such as table public.profiles.';

COMMENT ON COLUMN wa.rights.held IS 'One thing about it: its owner, a setting, a policy, a privilege and whose.';

COMMENT ON COLUMN wa.rights.giving IS 'The statement that brings it back. Null for routines, which are applied again.';

CREATE TABLE wa.server_presence (
    only_row boolean DEFAULT true NOT NULL,
    server_started_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    present_since timestamp with time zone NOT NULL,
    CONSTRAINT server_presence_is_one_row CHECK (only_row)
)
WITH (fillfactor='20');

COMMENT ON TABLE wa.server_presence IS 'Since when the database takes writes without a break, as its claims see it: one row. Statuses of messages in doubt could come in only since then.';

COMMENT ON COLUMN wa.server_presence.server_started_at IS 'Which server it was at seen_at: another one, or the same after a restart, has another start.';

COMMENT ON COLUMN wa.server_presence.seen_at IS 'When a claim last noted that it could be committed, at most every ten seconds.';

COMMENT ON COLUMN wa.server_presence.present_since IS 'The first claim after a restart, a failover, a restore, or 90 seconds without one.';

CREATE TABLE wa.service_windows (
    user_id uuid NOT NULL,
    phone_number_id text NOT NULL,
    last_inbound_at timestamp with time zone NOT NULL,
    named_at timestamp with time zone
)
WITH (fillfactor='50');

COMMENT ON TABLE wa.service_windows IS 'The 24-hour windows: when each user last wrote to each of our business numbers. Deleting a chat leaves it open.';

COMMENT ON COLUMN wa.service_windows.phone_number_id IS 'Empty for what named no number.';

COMMENT ON COLUMN wa.service_windows.last_inbound_at IS 'By Meta''s clock.';

COMMENT ON COLUMN wa.service_windows.named_at IS 'When a message that said the user''s name was last sent to this number, by Meta''s clock. It stands here, since this row is written for every message, and the profile need not be.';

CREATE TABLE wa.settings (
    key text NOT NULL,
    value jsonb NOT NULL,
    description text NOT NULL,
    value_type text,
    minimum numeric,
    maximum numeric,
    choices jsonb,
    pattern text,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    default_locale text GENERATED ALWAYS AS (
CASE
    WHEN (key = 'default_locale'::text) THEN (value #>> '{}'::text[])
    ELSE NULL::text
END) STORED,
    CONSTRAINT settings_bounds_are_in_order CHECK ((minimum <= maximum)),
    CONSTRAINT settings_choices_are_an_array CHECK ((jsonb_typeof(choices) = 'array'::text)),
    CONSTRAINT settings_key_is_snake_case CHECK ((key ~ '^[a-z][a-z0-9_]*$'::text)),
    CONSTRAINT settings_value_is_not_null CHECK ((jsonb_typeof(value) <> 'null'::text)),
    CONSTRAINT settings_value_type_is_known CHECK ((value_type = ANY (ARRAY['number'::text, 'integer'::text, 'string'::text, 'array'::text, 'boolean'::text, 'object'::text])))
);

COMMENT ON TABLE wa.settings IS 'How the SQL behaves. Change a row with update; the unit is the end of the key. Processes have environment variables instead.';

COMMENT ON COLUMN wa.settings.value IS 'A JSON number, string, boolean or array, as the description says.';

COMMENT ON COLUMN wa.settings.value_type IS 'What value is: number, integer, string, array, boolean or object. Null: what it was at first.';

COMMENT ON COLUMN wa.settings.minimum IS 'Of a number. Its unit is the end of the key.';

COMMENT ON COLUMN wa.settings.maximum IS 'Of a number. Its unit is the end of the key.';

COMMENT ON COLUMN wa.settings.choices IS 'An array of the values that it may have. Null: any.';

COMMENT ON COLUMN wa.settings.pattern IS 'A regular expression that a string, or every member of an array, matches.';

COMMENT ON COLUMN wa.settings.default_locale IS 'The value of that setting, null in all other rows: there so that the language of new profiles is one of wa.locales.';

CREATE TABLE wa.silences (
    user_id uuid NOT NULL,
    phone_number_id text DEFAULT ''::text NOT NULL,
    reason text NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    until timestamp with time zone NOT NULL,
    CONSTRAINT silences_reason_is_known CHECK ((reason = ANY (ARRAY['many_answers'::text, 'taken_over'::text, 'answered_in_app'::text])))
);

COMMENT ON TABLE wa.silences IS 'Whom the bot does not answer for a while: what they write is recorded and what they say about consent counts, but no conversation goes on. Deleting the row ends it.';

COMMENT ON COLUMN wa.silences.user_id IS 'Of public.profiles. No foreign key: its check would lock the profile, out of the lock order.';

COMMENT ON COLUMN wa.silences.phone_number_id IS 'The business number that is silent. Empty: that of webhooks which name none.';

COMMENT ON COLUMN wa.silences.reason IS 'many_answers: as many as answers_burst, so that it may be a bot. taken_over: another responder has the thread at Meta. answered_in_app: a person of the business wrote in the WhatsApp Business app.';

CREATE TABLE wa.task_error_classes (
    class text NOT NULL,
    first_delay_seconds integer DEFAULT 5 NOT NULL,
    delay_factor integer DEFAULT 2 NOT NULL,
    max_delay_seconds integer DEFAULT 600 NOT NULL,
    is_attempt boolean DEFAULT true NOT NULL,
    is_final boolean DEFAULT false NOT NULL,
    description text NOT NULL,
    CONSTRAINT task_error_classes_class_is_snake_case CHECK ((class ~ '^[a-z][a-z0-9_]*$'::text)),
    CONSTRAINT task_error_classes_delays_are_not_negative CHECK (((first_delay_seconds >= 0) AND (max_delay_seconds >= 0) AND (delay_factor >= 1)))
);

COMMENT ON TABLE wa.task_error_classes IS 'What each way of failing means for a task: whether it is tried again, and when. A worker names the class; one that is not here counts as unknown.';

COMMENT ON COLUMN wa.task_error_classes.class IS 'What a worker says went wrong: error_class of a result.';

COMMENT ON COLUMN wa.task_error_classes.first_delay_seconds IS 'Before the first repetition.';

COMMENT ON COLUMN wa.task_error_classes.delay_factor IS 'Each further delay is the one before times this.';

COMMENT ON COLUMN wa.task_error_classes.max_delay_seconds IS 'No delay is longer, except by jitter and by what a worker asks for.';

COMMENT ON COLUMN wa.task_error_classes.is_attempt IS 'Whether it uses up one of the task''s attempts. Waiting for a service that is busy does not.';

COMMENT ON COLUMN wa.task_error_classes.is_final IS 'Whether trying again is no use: the task fails at once.';

ALTER TABLE wa.tasks ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME wa.tasks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE wa.webhook_logs_default (
    id uuid DEFAULT gen_random_uuid() CONSTRAINT webhook_logs_id_not_null NOT NULL,
    received_at timestamp with time zone DEFAULT now() CONSTRAINT webhook_logs_received_at_not_null NOT NULL,
    kind text CONSTRAINT webhook_logs_kind_not_null NOT NULL,
    field text,
    waba_id text,
    phone_number_id text,
    detail jsonb CONSTRAINT webhook_logs_detail_not_null NOT NULL,
    CONSTRAINT webhook_logs_kind_is_known CHECK ((kind = ANY (ARRAY['field'::text, 'unknown'::text, 'snapshot'::text])))
);

ALTER TABLE wa.webhook_logs_default OWNER TO wa_maintenance;

COMMENT ON TABLE wa.webhook_logs_default IS 'Catches rows of a day that has no partition yet, so that logging never fails.';

ALTER TABLE ONLY public.webhook_logs ATTACH PARTITION wa.webhook_logs_default DEFAULT;

ALTER TABLE ONLY public.basket_contributions
    ADD CONSTRAINT basket_contributions_balance_key UNIQUE (basket_id, entry_number, balance_after_minor);

COMMENT ON CONSTRAINT basket_contributions_balance_key ON public.basket_contributions IS 'What the next row refers to.';

ALTER TABLE ONLY public.basket_contributions
    ADD CONSTRAINT basket_contributions_pkey PRIMARY KEY (basket_id, entry_number);

ALTER TABLE ONLY public.basket_contributions
    ADD CONSTRAINT basket_contributions_reference_key UNIQUE (reference);

ALTER TABLE ONLY public.basket_contributions
    ADD CONSTRAINT basket_contributions_reverses_once_key UNIQUE (basket_id, reverses_entry_number);

ALTER TABLE ONLY public.basket_members
    ADD CONSTRAINT basket_members_pkey PRIMARY KEY (basket_id, user_id);

ALTER TABLE ONLY public.baskets
    ADD CONSTRAINT baskets_id_currency_key UNIQUE (id, currency);

COMMENT ON CONSTRAINT baskets_id_currency_key ON public.baskets IS 'What a contribution refers to, so that its currency is the basket''s.';

ALTER TABLE ONLY public.baskets
    ADD CONSTRAINT baskets_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.baskets
    ADD CONSTRAINT baskets_share_token_key UNIQUE (share_token);

ALTER TABLE ONLY public.chat_state
    ADD CONSTRAINT chat_state_pkey PRIMARY KEY (user_id, phone_number_id);

ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_dedupe_key_key UNIQUE (dedupe_key);

COMMENT ON CONSTRAINT notifications_dedupe_key_key ON public.notifications IS 'Also the lookup of an already queued key.';

ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.profiles
    ADD CONSTRAINT profiles_phone_lookup_key_key UNIQUE (phone_lookup_key);

ALTER TABLE ONLY public.profiles
    ADD CONSTRAINT profiles_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY public.profiles
    ADD CONSTRAINT profiles_wa_user_id_key UNIQUE (wa_user_id);

ALTER TABLE ONLY public.profiles
    ADD CONSTRAINT profiles_whatsapp_e164_key UNIQUE (whatsapp_e164);

ALTER TABLE ONLY public.wa_events
    ADD CONSTRAINT wa_events_pkey PRIMARY KEY (wa_message_id);

ALTER TABLE ONLY public.webhook_logs
    ADD CONSTRAINT webhook_logs_pkey PRIMARY KEY (received_at, id);

ALTER TABLE ONLY wa.account_events
    ADD CONSTRAINT account_events_pkey PRIMARY KEY (field, event);

ALTER TABLE ONLY wa.alert_kinds
    ADD CONSTRAINT alert_kinds_pkey PRIMARY KEY (kind);

ALTER TABLE ONLY wa.alert_occurrences
    ADD CONSTRAINT alert_occurrences_pkey PRIMARY KEY (id);

ALTER TABLE ONLY wa.alerts
    ADD CONSTRAINT alerts_kind_and_group_key_key UNIQUE (kind, group_key);

ALTER TABLE ONLY wa.alerts
    ADD CONSTRAINT alerts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY wa.applied_files
    ADD CONSTRAINT applied_files_pkey PRIMARY KEY (component, path);

ALTER TABLE ONLY wa.applied_migrations
    ADD CONSTRAINT applied_migrations_pkey PRIMARY KEY (component, version);

ALTER TABLE ONLY wa.basket_join_attempts
    ADD CONSTRAINT basket_join_attempts_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY wa.consent_words
    ADD CONSTRAINT consent_words_pkey PRIMARY KEY (word);

ALTER TABLE ONLY wa.desk_actions
    ADD CONSTRAINT desk_actions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY wa.desk_notes
    ADD CONSTRAINT desk_notes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY wa.document_fields
    ADD CONSTRAINT document_fields_pkey PRIMARY KEY (document, field, "position");

ALTER TABLE ONLY wa.erased_digests
    ADD CONSTRAINT erased_digests_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY wa.flow_entries
    ADD CONSTRAINT flow_entries_pkey PRIMARY KEY (kind, value);

ALTER TABLE ONLY wa.flow_states
    ADD CONSTRAINT flow_states_pkey PRIMARY KEY (state);

ALTER TABLE ONLY wa.flow_transitions
    ADD CONSTRAINT flow_transitions_pkey PRIMARY KEY (from_state, to_state);

ALTER TABLE ONLY wa.flows
    ADD CONSTRAINT flows_pkey PRIMARY KEY (flow);

ALTER TABLE ONLY wa.flows
    ADD CONSTRAINT flows_prefix_key UNIQUE (prefix);

ALTER TABLE ONLY wa.hand_back_words
    ADD CONSTRAINT hand_back_words_pkey PRIMARY KEY (word);

ALTER TABLE ONLY wa.kept_payloads
    ADD CONSTRAINT kept_payloads_pkey PRIMARY KEY (id);

ALTER TABLE ONLY wa.kept_payloads
    ADD CONSTRAINT kept_payloads_sha256_key UNIQUE (sha256);

ALTER TABLE ONLY wa.lives
    ADD CONSTRAINT lives_pkey PRIMARY KEY (token);

ALTER TABLE ONLY wa.locales
    ADD CONSTRAINT locales_pkey PRIMARY KEY (locale);

ALTER TABLE ONLY wa.marketing_preferences
    ADD CONSTRAINT marketing_preferences_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY wa.media_cache
    ADD CONSTRAINT media_cache_pkey PRIMARY KEY (cache_key);

ALTER TABLE ONLY wa.media_objects
    ADD CONSTRAINT media_objects_pkey PRIMARY KEY (id);

ALTER TABLE ONLY wa.media
    ADD CONSTRAINT media_pkey PRIMARY KEY (id);

ALTER TABLE ONLY wa.media
    ADD CONSTRAINT media_wa_message_id_key UNIQUE (wa_message_id);

ALTER TABLE ONLY wa.menu_items
    ADD CONSTRAINT menu_items_pkey PRIMARY KEY (reply_id);

ALTER TABLE ONLY wa.message_templates
    ADD CONSTRAINT message_templates_pkey PRIMARY KEY (name, language);

ALTER TABLE ONLY wa.number_pace
    ADD CONSTRAINT number_pace_pkey PRIMARY KEY (phone_number_id);

ALTER TABLE ONLY wa.numbers
    ADD CONSTRAINT numbers_display_number_key UNIQUE (display_number);

ALTER TABLE ONLY wa.numbers
    ADD CONSTRAINT numbers_pkey PRIMARY KEY (phone_number_id);

ALTER TABLE ONLY wa.pair_pace
    ADD CONSTRAINT pair_pace_pkey PRIMARY KEY (user_id, phone_number_id);

ALTER TABLE ONLY wa.phone_only_templates
    ADD CONSTRAINT phone_only_templates_pkey PRIMARY KEY (name);

ALTER TABLE ONLY wa.profile_aliases
    ADD CONSTRAINT profile_aliases_pkey PRIMARY KEY (kind, value);

ALTER TABLE ONLY wa.queue_state
    ADD CONSTRAINT queue_state_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY wa.recipient_blocks
    ADD CONSTRAINT recipient_blocks_pkey PRIMARY KEY (user_id, template_name);

ALTER TABLE ONLY wa.rendered_menus
    ADD CONSTRAINT rendered_menus_pkey PRIMARY KEY (body_key, locale);

ALTER TABLE ONLY wa.retention_state
    ADD CONSTRAINT retention_state_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY wa.rights
    ADD CONSTRAINT rights_pkey PRIMARY KEY (object, held);

ALTER TABLE ONLY wa.send_error_classes
    ADD CONSTRAINT send_error_classes_pkey PRIMARY KEY (code);

ALTER TABLE ONLY wa.server_presence
    ADD CONSTRAINT server_presence_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY wa.service_windows
    ADD CONSTRAINT service_windows_pkey PRIMARY KEY (user_id, phone_number_id);

ALTER TABLE ONLY wa.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (key);

ALTER TABLE ONLY wa.silences
    ADD CONSTRAINT silences_pkey PRIMARY KEY (user_id, phone_number_id);

ALTER TABLE ONLY wa.task_error_classes
    ADD CONSTRAINT task_error_classes_pkey PRIMARY KEY (class);

ALTER TABLE ONLY wa.tasks
    ADD CONSTRAINT tasks_dedupe_key_key UNIQUE (dedupe_key);

ALTER TABLE ONLY wa.tasks
    ADD CONSTRAINT tasks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY wa.texts
    ADD CONSTRAINT texts_pkey PRIMARY KEY (key, locale);

ALTER TABLE ONLY wa.webhook_logs_default
    ADD CONSTRAINT webhook_logs_default_pkey PRIMARY KEY (received_at, id);

CREATE INDEX basket_contributions_currency_idx ON public.basket_contributions USING btree (basket_id, currency);

COMMENT ON INDEX public.basket_contributions_currency_idx IS 'Whether a basket''s currency may still change.';

CREATE UNIQUE INDEX basket_contributions_previous_key ON public.basket_contributions USING btree (basket_id, previous_entry_number, balance_before_minor);

COMMENT ON INDEX public.basket_contributions_previous_key IS 'The ledger does not fork: one entry continues another.';

CREATE INDEX basket_contributions_user_id_idx ON public.basket_contributions USING btree (user_id);

COMMENT ON INDEX public.basket_contributions_user_id_idx IS 'What one person contributed.';

CREATE INDEX basket_members_user_id_idx ON public.basket_members USING btree (user_id);

COMMENT ON INDEX public.basket_members_user_id_idx IS 'The baskets of one person.';

CREATE INDEX baskets_discover_idx ON public.baskets USING gist (place) WHERE (is_public AND (status = 'open'::text) AND (place IS NOT NULL));

COMMENT ON INDEX public.baskets_discover_idx IS 'Answers nearest first which baskets can be discovered.';

CREATE INDEX chat_state_handed_over_idx ON public.chat_state USING btree (handed_over_until) WHERE (handed_over_until IS NOT NULL);

COMMENT ON INDEX public.chat_state_handed_over_idx IS 'The conversations that people have, which are few.';

CREATE INDEX notifications_failed_idx ON public.notifications USING btree (failed_at) WHERE (failed_at IS NOT NULL);

COMMENT ON INDEX public.notifications_failed_idx IS 'How many failed, and what a person looks at first: the latest.';

CREATE INDEX notifications_finished_idx ON public.notifications USING btree (created_at) WHERE (turn_at IS NULL);

COMMENT ON INDEX public.notifications_finished_idx IS 'What retention purges, oldest first.';

CREATE INDEX notifications_order_idx ON public.notifications USING btree (open_user_id, send_at, id) WHERE (open_user_id IS NOT NULL);

COMMENT ON INDEX public.notifications_order_idx IS 'The unsettled messages of one user in sending order.';

CREATE INDEX notifications_turn_idx ON public.notifications USING btree (COALESCE(phone_number_id, ''::text), priority, turn_at, id) WHERE (turn_at IS NOT NULL);

COMMENT ON INDEX public.notifications_turn_idx IS 'What claim reads: per business number and priority, whose turn it is, oldest first; those being sent are among them until they are settled. No index has a column that a claim changes, so that claims are heap-only.';

CREATE INDEX notifications_user_id_idx ON public.notifications USING btree (user_id, send_at);

COMMENT ON INDEX public.notifications_user_id_idx IS 'What one person was sent, in order.';

CREATE INDEX notifications_wa_message_id_idx ON public.notifications USING btree (wa_message_id) WHERE (wa_message_id IS NOT NULL);

COMMENT ON INDEX public.notifications_wa_message_id_idx IS 'Statuses that carry no callback data.';

CREATE INDEX notifications_waiting_idx ON public.notifications USING btree (user_id) WHERE (waiting_for IS NOT NULL);

COMMENT ON INDEX public.notifications_waiting_idx IS 'What a user''s next message releases.';

CREATE INDEX profiles_folded_name_idx ON public.profiles USING gin (to_tsvector('simple'::regconfig, lower(NORMALIZE(regexp_replace(NORMALIZE(display_name, NFKD), '[̀-ͯ]+'::text, ''::text, 'g'::text), NFC))));

COMMENT ON INDEX public.profiles_folded_name_idx IS 'Looking people up by the beginning of any word of their name, whatever its case and accents.';

CREATE INDEX profiles_locale_idx ON public.profiles USING btree (locale);

COMMENT ON INDEX public.profiles_locale_idx IS 'Who reads a language, before it is removed.';

CREATE INDEX profiles_merged_into_idx ON public.profiles USING btree (merged_into) WHERE (merged_into IS NOT NULL);

COMMENT ON INDEX public.profiles_merged_into_idx IS 'What was merged into a profile, when that profile is itself merged.';

CREATE INDEX wa_events_failed_idx ON public.wa_events USING btree (received_at) WHERE (status = 'failed'::text);

COMMENT ON INDEX public.wa_events_failed_idx IS 'What an operator replays.';

CREATE INDEX wa_events_foreign_idx ON public.wa_events USING btree (received_at) WHERE ((status = 'ignored'::text) AND (payload IS NOT NULL));

COMMENT ON INDEX public.wa_events_foreign_idx IS 'What came for numbers that are not ours, kept for the day when one of them is.';

CREATE INDEX wa_events_received_at_idx ON public.wa_events USING btree (received_at);

COMMENT ON INDEX public.wa_events_received_at_idx IS 'What retention purges, oldest first.';

CREATE INDEX wa_events_user_id_idx ON public.wa_events USING btree (user_id, received_at);

COMMENT ON INDEX public.wa_events_user_id_idx IS 'What one person sent, in order.';

CREATE INDEX alerts_undelivered_idx ON wa.alerts USING btree (next_attempt_at) WHERE (delivered_count < seen_count);

COMMENT ON INDEX wa.alerts_undelivered_idx IS 'What wa_alerts_claim reads.';

CREATE INDEX desk_actions_at_idx ON wa.desk_actions USING btree (at);

COMMENT ON INDEX wa.desk_actions_at_idx IS 'What was done last, and what is too old.';

CREATE INDEX desk_actions_user_id_idx ON wa.desk_actions USING btree (user_id, at) WHERE (user_id IS NOT NULL);

COMMENT ON INDEX wa.desk_actions_user_id_idx IS 'What was done about one person.';

CREATE INDEX desk_notes_user_id_idx ON wa.desk_notes USING btree (user_id);

COMMENT ON INDEX wa.desk_notes_user_id_idx IS 'What is noted about one person.';

CREATE INDEX flow_entries_locale_idx ON wa.flow_entries USING btree (locale);

COMMENT ON INDEX wa.flow_entries_locale_idx IS 'Which entry points choose a language, before it is removed.';

CREATE INDEX flow_entries_to_state_idx ON wa.flow_entries USING btree (to_state);

COMMENT ON INDEX wa.flow_entries_to_state_idx IS 'Which entry points lead to a state, before it is removed.';

CREATE INDEX flow_states_back_to_idx ON wa.flow_states USING btree (back_to);

COMMENT ON INDEX wa.flow_states_back_to_idx IS 'Which states lead back to a state, before it is removed.';

CREATE INDEX flow_transitions_to_state_idx ON wa.flow_transitions USING btree (to_state);

COMMENT ON INDEX wa.flow_transitions_to_state_idx IS 'Which states lead to a state, before it is removed.';

CREATE INDEX kept_payloads_waiting_idx ON wa.kept_payloads USING btree (received_at) WHERE ((replayed_at IS NULL) AND (reason <> 'text_replaced'::text));

COMMENT ON INDEX wa.kept_payloads_waiting_idx IS 'What waits for a person.';

CREATE UNIQUE INDEX lives_one_is_lived_idx ON wa.lives USING btree (((left_at IS NULL))) WHERE (left_at IS NULL);

COMMENT ON INDEX wa.lives_one_is_lived_idx IS 'At most one life is not over.';

CREATE INDEX media_expires_idx ON wa.media USING btree (expires_at);

COMMENT ON INDEX wa.media_expires_idx IS 'What retention removes, oldest first.';

CREATE INDEX media_object_id_idx ON wa.media USING btree (object_id);

COMMENT ON INDEX wa.media_object_id_idx IS 'Whether anybody refers to the bytes.';

CREATE INDEX media_objects_delete_idx ON wa.media_objects USING btree (delete_at) WHERE (unwanted_at IS NOT NULL);

COMMENT ON INDEX wa.media_objects_delete_idx IS 'What a worker is to delete.';

CREATE UNIQUE INDEX media_objects_wanted_key ON wa.media_objects USING btree (sha256) WHERE (unwanted_at IS NULL);

COMMENT ON INDEX wa.media_objects_wanted_key IS 'A content is stored once.';

CREATE INDEX media_user_id_idx ON wa.media USING btree (user_id);

COMMENT ON INDEX wa.media_user_id_idx IS 'For the foreign key, a merge, and whoever erases a person.';

CREATE INDEX menu_items_entry_idx ON wa.menu_items USING btree (entry_kind, reply_id);

COMMENT ON INDEX wa.menu_items_entry_idx IS 'Which menu item shows an entry point, before it is removed.';

CREATE INDEX numbers_home_state_idx ON wa.numbers USING btree (home_state);

COMMENT ON INDEX wa.numbers_home_state_idx IS 'For its foreign key: a state is looked for here before it is removed.';

CREATE INDEX profile_aliases_user_id_idx ON wa.profile_aliases USING btree (user_id);

COMMENT ON INDEX wa.profile_aliases_user_id_idx IS 'All names of one profile, to move them in a merge.';

CREATE INDEX settings_default_locale_idx ON wa.settings USING btree (default_locale);

COMMENT ON INDEX wa.settings_default_locale_idx IS 'For the foreign key: whether a locale that goes is the default one.';

CREATE INDEX tasks_deadline_idx ON wa.tasks USING btree (deadline_at) WHERE (due_at IS NOT NULL);

COMMENT ON INDEX wa.tasks_deadline_idx IS 'What ran out of time.';

CREATE INDEX tasks_due_idx ON wa.tasks USING btree (kind, turn_at, due_at, id) WHERE (due_at IS NOT NULL);

COMMENT ON INDEX wa.tasks_due_idx IS 'What claim reads: unfinished tasks of a kind in the order of their turns.';

CREATE INDEX tasks_finished_idx ON wa.tasks USING btree (finished_at) WHERE (finished_at IS NOT NULL);

COMMENT ON INDEX wa.tasks_finished_idx IS 'What retention purges, oldest first.';

CREATE INDEX tasks_lease_idx ON wa.tasks USING btree (locked_until) WHERE (status = 'running'::text);

COMMENT ON INDEX wa.tasks_lease_idx IS 'What a worker took and did not bring back.';

CREATE INDEX tasks_turn_idx ON wa.tasks USING btree (user_id, kind, turn_at) WHERE (due_at IS NOT NULL);

COMMENT ON INDEX wa.tasks_turn_idx IS 'The last place in line of a user, and what a reset cancels.';

CREATE INDEX tasks_user_id_idx ON wa.tasks USING btree (user_id);

COMMENT ON INDEX wa.tasks_user_id_idx IS 'For the foreign key, a merge, and whoever erases a person.';

CREATE INDEX tasks_waiting_idx ON wa.tasks USING btree (user_id) WHERE (reached = 'waiting'::text);

COMMENT ON INDEX wa.tasks_waiting_idx IS 'Results for conversations that a person has.';

CREATE INDEX texts_locale_idx ON wa.texts USING btree (locale);

COMMENT ON INDEX wa.texts_locale_idx IS 'The texts of a language.';

ALTER INDEX public.webhook_logs_pkey ATTACH PARTITION wa.webhook_logs_default_pkey;

CREATE TRIGGER basket_contributions_are_final BEFORE DELETE OR UPDATE OR TRUNCATE ON public.basket_contributions FOR EACH STATEMENT EXECUTE FUNCTION wa.refuse_ledger_change();

COMMENT ON TRIGGER basket_contributions_are_final ON public.basket_contributions IS 'Entries are added and never changed, by nobody: not even by the owner of the table.';

CREATE TRIGGER basket_members_count AFTER INSERT OR DELETE OR UPDATE OF role, user_id ON public.basket_members FOR EACH ROW WHEN ((current_setting('row_security'::text) = 'on'::text)) EXECUTE FUNCTION wa.count_basket_member();

COMMENT ON TRIGGER basket_members_count ON public.basket_members IS 'Updates the basket''s row, and so takes its lock: whoever changes members, the rules of the basket hold.';

CREATE TRIGGER chat_state_cancel_tasks AFTER DELETE ON public.chat_state FOR EACH ROW EXECUTE FUNCTION wa.cancel_tasks_of_reset();

COMMENT ON TRIGGER chat_state_cancel_tasks ON public.chat_state IS 'A conversation that begins anew waits for nothing.';

CREATE TRIGGER notifications_allow_transitions BEFORE UPDATE OF status ON public.notifications FOR EACH ROW WHEN (((CURRENT_USER)::text <> 'wa_runtime'::text)) EXECUTE FUNCTION wa.refuse_transition();

COMMENT ON TRIGGER notifications_allow_transitions ON public.notifications IS 'A forgotten where sends nothing twice.';

CREATE TRIGGER notifications_prepare BEFORE INSERT OR UPDATE OF payload, fallback_template ON public.notifications FOR EACH ROW EXECUTE FUNCTION wa.prepare_notification();

COMMENT ON TRIGGER notifications_prepare ON public.notifications IS 'Checks the payload and takes its delivery options.';

CREATE TRIGGER notifications_requeue_failed BEFORE UPDATE OF status ON public.notifications FOR EACH ROW WHEN (((CURRENT_USER)::text <> 'wa_runtime'::text)) EXECUTE FUNCTION wa.requeue_failed_notification();

COMMENT ON TRIGGER notifications_requeue_failed ON public.notifications IS 'The runbook''s drain.';

CREATE TRIGGER notifications_tell_of_left_out AFTER UPDATE OF status ON public.notifications FOR EACH STATEMENT WHEN (((CURRENT_USER)::text <> 'wa_runtime'::text)) EXECUTE FUNCTION wa.tell_of_left_out();

COMMENT ON TRIGGER notifications_tell_of_left_out ON public.notifications IS 'What a drain leaves out is counted and told.';

CREATE TRIGGER applied_files_forget_menus AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON wa.applied_files FOR EACH STATEMENT EXECUTE FUNCTION wa.forget_menus();

COMMENT ON TRIGGER applied_files_forget_menus ON wa.applied_files IS 'An upgrade may render them otherwise; every road writes here what it applied.';

CREATE TRIGGER consent_words_fold BEFORE INSERT OR UPDATE OF word ON wa.consent_words FOR EACH ROW EXECUTE FUNCTION wa.fold_consent_word();

COMMENT ON TRIGGER consent_words_fold ON wa.consent_words IS 'A word is added as people write it: "Se désabonner", "STOP !".';

CREATE TRIGGER flow_states_occupied AFTER DELETE OR UPDATE OF state ON wa.flow_states FOR EACH ROW EXECUTE FUNCTION wa.refuse_to_remove_occupied_state();

COMMENT ON TRIGGER flow_states_occupied ON wa.flow_states IS 'No state is removed while a chat is in it.';

CREATE TRIGGER media_release_objects AFTER DELETE ON wa.media REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION wa.release_media_objects();

COMMENT ON TRIGGER media_release_objects ON wa.media IS 'Whoever deletes rows, retention, an erasure or an operator, bytes go with the last of them.';

CREATE TRIGGER menu_items_forget_menus AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON wa.menu_items FOR EACH STATEMENT EXECUTE FUNCTION wa.forget_menus();

COMMENT ON TRIGGER menu_items_forget_menus ON wa.menu_items IS 'Menus show items.';

CREATE TRIGGER message_templates_forget AFTER DELETE ON wa.message_templates FOR EACH ROW WHEN (old.is_held) EXECUTE FUNCTION wa.release_template();

COMMENT ON TRIGGER message_templates_forget ON wa.message_templates IS 'A template that is not listed may be sent.';

CREATE TRIGGER message_templates_release AFTER UPDATE OF is_held ON wa.message_templates FOR EACH ROW WHEN ((old.is_held AND (NOT new.is_held))) EXECUTE FUNCTION wa.release_template();

COMMENT ON TRIGGER message_templates_release ON wa.message_templates IS 'Approval by Meta and an operator''s update let held messages go alike.';

CREATE TRIGGER settings_check BEFORE INSERT OR UPDATE ON wa.settings FOR EACH ROW EXECUTE FUNCTION wa.check_setting();

COMMENT ON TRIGGER settings_check ON wa.settings IS 'A setting that stops everything is refused.';

CREATE TRIGGER settings_forget_menus AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON wa.settings FOR EACH STATEMENT EXECUTE FUNCTION wa.forget_menus();

COMMENT ON TRIGGER settings_forget_menus ON wa.settings IS 'A text without translation is shown in default_locale.';

CREATE TRIGGER texts_forget_menus AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON wa.texts FOR EACH STATEMENT EXECUTE FUNCTION wa.forget_menus();

COMMENT ON TRIGGER texts_forget_menus ON wa.texts IS 'Menus show texts.';

ALTER TABLE ONLY public.basket_contributions
    ADD CONSTRAINT basket_contributions_currency_fkey FOREIGN KEY (basket_id, currency) REFERENCES public.baskets(id, currency);

ALTER TABLE ONLY public.basket_contributions
    ADD CONSTRAINT basket_contributions_follows_previous_fkey FOREIGN KEY (basket_id, previous_entry_number, balance_before_minor) REFERENCES public.basket_contributions(basket_id, entry_number, balance_after_minor);

COMMENT ON CONSTRAINT basket_contributions_follows_previous_fkey ON public.basket_contributions IS 'A row starts from the balance that the one before it left: the ledger is one chain without gap or fork.';

ALTER TABLE ONLY public.basket_contributions
    ADD CONSTRAINT basket_contributions_reverses_fkey FOREIGN KEY (basket_id, reverses_entry_number) REFERENCES public.basket_contributions(basket_id, entry_number);

ALTER TABLE ONLY public.basket_contributions
    ADD CONSTRAINT basket_contributions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.profiles(user_id);

ALTER TABLE ONLY public.basket_members
    ADD CONSTRAINT basket_members_basket_id_fkey FOREIGN KEY (basket_id) REFERENCES public.baskets(id);

ALTER TABLE ONLY public.basket_members
    ADD CONSTRAINT basket_members_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.profiles(user_id);

ALTER TABLE ONLY public.chat_state
    ADD CONSTRAINT chat_state_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.profiles(user_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.profiles(user_id);

ALTER TABLE ONLY public.profiles
    ADD CONSTRAINT profiles_locale_fkey FOREIGN KEY (locale) REFERENCES wa.locales(locale);

ALTER TABLE ONLY public.profiles
    ADD CONSTRAINT profiles_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES public.profiles(user_id);

ALTER TABLE ONLY public.wa_events
    ADD CONSTRAINT wa_events_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.profiles(user_id);

ALTER TABLE ONLY wa.basket_join_attempts
    ADD CONSTRAINT basket_join_attempts_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.profiles(user_id);

ALTER TABLE ONLY wa.flow_entries
    ADD CONSTRAINT flow_entries_locale_fkey FOREIGN KEY (locale) REFERENCES wa.locales(locale);

ALTER TABLE ONLY wa.flow_entries
    ADD CONSTRAINT flow_entries_to_state_fkey FOREIGN KEY (to_state) REFERENCES wa.flow_states(state);

ALTER TABLE ONLY wa.flow_states
    ADD CONSTRAINT flow_states_back_to_fkey FOREIGN KEY (back_to) REFERENCES wa.flow_states(state) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY wa.flow_transitions
    ADD CONSTRAINT flow_transitions_from_state_fkey FOREIGN KEY (from_state) REFERENCES wa.flow_states(state);

ALTER TABLE ONLY wa.flow_transitions
    ADD CONSTRAINT flow_transitions_to_state_fkey FOREIGN KEY (to_state) REFERENCES wa.flow_states(state);

ALTER TABLE ONLY wa.media
    ADD CONSTRAINT media_object_id_fkey FOREIGN KEY (object_id) REFERENCES wa.media_objects(id);

ALTER TABLE ONLY wa.media
    ADD CONSTRAINT media_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.profiles(user_id);

ALTER TABLE ONLY wa.menu_items
    ADD CONSTRAINT menu_items_entry_fkey FOREIGN KEY (entry_kind, reply_id) REFERENCES wa.flow_entries(kind, value);

ALTER TABLE ONLY wa.numbers
    ADD CONSTRAINT numbers_home_state_fkey FOREIGN KEY (home_state) REFERENCES wa.flow_states(state);

ALTER TABLE ONLY wa.profile_aliases
    ADD CONSTRAINT profile_aliases_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.profiles(user_id);

ALTER TABLE ONLY wa.service_windows
    ADD CONSTRAINT service_windows_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.profiles(user_id);

ALTER TABLE ONLY wa.settings
    ADD CONSTRAINT settings_default_locale_fkey FOREIGN KEY (default_locale) REFERENCES wa.locales(locale);

ALTER TABLE ONLY wa.tasks
    ADD CONSTRAINT tasks_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.profiles(user_id);

ALTER TABLE ONLY wa.texts
    ADD CONSTRAINT texts_locale_fkey FOREIGN KEY (locale) REFERENCES wa.locales(locale);

ALTER TABLE public.basket_contributions ENABLE ROW LEVEL SECURITY;

CREATE POLICY basket_contributions_owner ON public.basket_contributions TO wa_basket_owner USING (true) WITH CHECK (true);

ALTER TABLE public.basket_members ENABLE ROW LEVEL SECURITY;

CREATE POLICY basket_members_owner ON public.basket_members TO wa_basket_owner USING (true) WITH CHECK (true);

ALTER TABLE public.baskets ENABLE ROW LEVEL SECURITY;

CREATE POLICY baskets_owner ON public.baskets TO wa_basket_owner USING (true) WITH CHECK (true);

ALTER TABLE public.chat_state ENABLE ROW LEVEL SECURITY;

CREATE POLICY chat_state_operate ON public.chat_state TO wa_operator_role USING (true);

CREATE POLICY chat_state_privacy ON public.chat_state TO wa_privacy USING (true);

CREATE POLICY chat_state_runtime ON public.chat_state TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE public.notifications ENABLE ROW LEVEL SECURITY;

CREATE POLICY notifications_maintenance ON public.notifications TO wa_maintenance USING (true);

CREATE POLICY notifications_operate ON public.notifications TO wa_operator_role USING (true) WITH CHECK (true);

CREATE POLICY notifications_privacy ON public.notifications TO wa_privacy USING (true);

CREATE POLICY notifications_runtime ON public.notifications TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE public.profiles ENABLE ROW LEVEL SECURITY;

CREATE POLICY profiles_basket_owner ON public.profiles FOR SELECT TO wa_basket_owner USING (true);

CREATE POLICY profiles_privacy ON public.profiles TO wa_privacy USING (true) WITH CHECK (true);

CREATE POLICY profiles_read ON public.profiles FOR SELECT TO wa_operator_role USING (true);

CREATE POLICY profiles_runtime ON public.profiles TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE public.wa_events ENABLE ROW LEVEL SECURITY;

CREATE POLICY wa_events_maintenance ON public.wa_events TO wa_maintenance USING (true);

CREATE POLICY wa_events_operate ON public.wa_events TO wa_operator_role USING (true);

CREATE POLICY wa_events_privacy ON public.wa_events TO wa_privacy USING (true);

CREATE POLICY wa_events_runtime ON public.wa_events TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE public.webhook_logs ENABLE ROW LEVEL SECURITY;

CREATE POLICY webhook_logs_privacy ON public.webhook_logs TO wa_privacy USING (true);

CREATE POLICY webhook_logs_read ON public.webhook_logs FOR SELECT TO wa_operator_role USING (true);

CREATE POLICY webhook_logs_runtime ON public.webhook_logs TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE wa.account_events ENABLE ROW LEVEL SECURITY;

CREATE POLICY account_events_operate ON wa.account_events TO wa_operator_role USING (true) WITH CHECK (true);

CREATE POLICY account_events_read ON wa.account_events FOR SELECT TO wa_runtime USING (true);

ALTER TABLE wa.alert_kinds ENABLE ROW LEVEL SECURITY;

CREATE POLICY alert_kinds_operate ON wa.alert_kinds FOR SELECT TO wa_operator_role USING (true);

CREATE POLICY alert_kinds_read ON wa.alert_kinds FOR SELECT TO wa_runtime USING (true);

ALTER TABLE wa.alert_occurrences ENABLE ROW LEVEL SECURITY;

CREATE POLICY alert_occurrences_maintain ON wa.alert_occurrences TO wa_maintenance USING (true) WITH CHECK (true);

CREATE POLICY alert_occurrences_operate ON wa.alert_occurrences FOR SELECT TO wa_operator_role USING (true);

CREATE POLICY alert_occurrences_privacy ON wa.alert_occurrences TO wa_privacy USING (true) WITH CHECK (true);

CREATE POLICY alert_occurrences_runtime ON wa.alert_occurrences TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE wa.alerts ENABLE ROW LEVEL SECURITY;

CREATE POLICY alerts_maintain ON wa.alerts TO wa_maintenance USING (true);

CREATE POLICY alerts_operate ON wa.alerts TO wa_operator_role USING (true);

CREATE POLICY alerts_privacy ON wa.alerts TO wa_privacy USING (true) WITH CHECK (true);

CREATE POLICY alerts_runtime ON wa.alerts TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE wa.applied_files ENABLE ROW LEVEL SECURITY;

CREATE POLICY applied_files_migrate ON wa.applied_files TO postgres USING (true) WITH CHECK (true);

CREATE POLICY applied_files_read ON wa.applied_files FOR SELECT TO wa_operator_role USING (true);

ALTER TABLE wa.applied_migrations ENABLE ROW LEVEL SECURITY;

CREATE POLICY applied_migrations_migrate ON wa.applied_migrations TO postgres USING (true) WITH CHECK (true);

CREATE POLICY applied_migrations_read ON wa.applied_migrations FOR SELECT TO wa_operator_role USING (true);

ALTER TABLE wa.basket_join_attempts ENABLE ROW LEVEL SECURITY;

CREATE POLICY basket_join_attempts_owner ON wa.basket_join_attempts TO wa_basket_owner USING (true) WITH CHECK (true);

ALTER TABLE wa.consent_words ENABLE ROW LEVEL SECURITY;

CREATE POLICY consent_words_operate ON wa.consent_words TO wa_operator_role USING (true) WITH CHECK (true);

CREATE POLICY consent_words_read ON wa.consent_words FOR SELECT TO wa_runtime USING (true);

ALTER TABLE wa.desk_actions ENABLE ROW LEVEL SECURITY;

CREATE POLICY desk_actions_maintenance ON wa.desk_actions TO wa_maintenance USING (true);

CREATE POLICY desk_actions_privacy ON wa.desk_actions TO wa_privacy USING (true) WITH CHECK (true);

CREATE POLICY desk_actions_runtime ON wa.desk_actions TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE wa.desk_notes ENABLE ROW LEVEL SECURITY;

CREATE POLICY desk_notes_privacy ON wa.desk_notes TO wa_privacy USING (true);

CREATE POLICY desk_notes_runtime ON wa.desk_notes TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE wa.document_fields ENABLE ROW LEVEL SECURITY;

CREATE POLICY document_fields_read ON wa.document_fields FOR SELECT TO wa_runtime USING (true);

ALTER TABLE wa.erased_digests ENABLE ROW LEVEL SECURITY;

CREATE POLICY erased_digests_maintenance ON wa.erased_digests TO wa_maintenance USING (true);

CREATE POLICY erased_digests_privacy ON wa.erased_digests TO wa_privacy USING (true) WITH CHECK (true);

CREATE POLICY erased_digests_read ON wa.erased_digests FOR SELECT TO wa_runtime USING (true);

ALTER TABLE wa.flow_entries ENABLE ROW LEVEL SECURITY;

CREATE POLICY flow_entries_read ON wa.flow_entries FOR SELECT TO wa_operator_role, wa_runtime USING (true);

ALTER TABLE wa.flow_states ENABLE ROW LEVEL SECURITY;

CREATE POLICY flow_states_read ON wa.flow_states FOR SELECT TO wa_operator_role, wa_runtime USING (true);

ALTER TABLE wa.flow_transitions ENABLE ROW LEVEL SECURITY;

CREATE POLICY flow_transitions_read ON wa.flow_transitions FOR SELECT TO wa_operator_role, wa_runtime USING (true);

ALTER TABLE wa.flows ENABLE ROW LEVEL SECURITY;

CREATE POLICY flows_read ON wa.flows FOR SELECT TO wa_runtime USING (true);

ALTER TABLE wa.hand_back_words ENABLE ROW LEVEL SECURITY;

CREATE POLICY hand_back_words_operate ON wa.hand_back_words TO wa_operator_role USING (true) WITH CHECK (true);

CREATE POLICY hand_back_words_read ON wa.hand_back_words FOR SELECT TO wa_runtime USING (true);

ALTER TABLE wa.kept_payloads ENABLE ROW LEVEL SECURITY;

CREATE POLICY kept_payloads_maintenance ON wa.kept_payloads TO wa_maintenance USING (true);

CREATE POLICY kept_payloads_operate ON wa.kept_payloads TO wa_operator_role USING (true);

CREATE POLICY kept_payloads_privacy ON wa.kept_payloads TO wa_privacy USING (true) WITH CHECK (true);

CREATE POLICY kept_payloads_runtime ON wa.kept_payloads TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE wa.lives ENABLE ROW LEVEL SECURITY;

CREATE POLICY lives_read ON wa.lives FOR SELECT TO wa_operator_role USING (true);

CREATE POLICY lives_runtime ON wa.lives TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE wa.locales ENABLE ROW LEVEL SECURITY;

CREATE POLICY locales_operate ON wa.locales FOR SELECT TO wa_operator_role USING (true);

CREATE POLICY locales_read ON wa.locales FOR SELECT TO wa_runtime USING (true);

ALTER TABLE wa.marketing_preferences ENABLE ROW LEVEL SECURITY;

CREATE POLICY marketing_preferences_operate ON wa.marketing_preferences TO wa_operator_role USING (true) WITH CHECK (true);

CREATE POLICY marketing_preferences_privacy ON wa.marketing_preferences TO wa_privacy USING (true);

CREATE POLICY marketing_preferences_runtime ON wa.marketing_preferences TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE wa.media ENABLE ROW LEVEL SECURITY;

ALTER TABLE wa.media_cache ENABLE ROW LEVEL SECURITY;

CREATE POLICY media_cache_runtime ON wa.media_cache TO wa_runtime USING (true) WITH CHECK (true);

CREATE POLICY media_maintenance ON wa.media TO wa_maintenance USING (true);

ALTER TABLE wa.media_objects ENABLE ROW LEVEL SECURITY;

CREATE POLICY media_objects_privacy ON wa.media_objects FOR SELECT TO wa_privacy USING (true);

CREATE POLICY media_objects_read ON wa.media_objects FOR SELECT TO wa_operator_role USING (true);

CREATE POLICY media_objects_runtime ON wa.media_objects TO wa_runtime USING (true) WITH CHECK (true);

CREATE POLICY media_privacy ON wa.media TO wa_privacy USING (true);

CREATE POLICY media_read ON wa.media FOR SELECT TO wa_operator_role USING (true);

CREATE POLICY media_runtime ON wa.media TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE wa.menu_items ENABLE ROW LEVEL SECURITY;

CREATE POLICY menu_items_read ON wa.menu_items FOR SELECT TO wa_runtime USING (true);

ALTER TABLE wa.message_templates ENABLE ROW LEVEL SECURITY;

CREATE POLICY message_templates_operate ON wa.message_templates TO wa_operator_role USING (true) WITH CHECK (true);

CREATE POLICY message_templates_runtime ON wa.message_templates TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE wa.number_pace ENABLE ROW LEVEL SECURITY;

CREATE POLICY number_pace_operate ON wa.number_pace FOR UPDATE TO wa_operator_role USING (true) WITH CHECK (true);

CREATE POLICY number_pace_runtime ON wa.number_pace TO wa_runtime USING (true) WITH CHECK (true);

CREATE POLICY number_pace_watch ON wa.number_pace FOR SELECT TO wa_operator_role USING (true);

ALTER TABLE wa.numbers ENABLE ROW LEVEL SECURITY;

CREATE POLICY numbers_operate ON wa.numbers TO wa_operator_role USING (true) WITH CHECK (true);

CREATE POLICY numbers_read ON wa.numbers FOR SELECT TO wa_runtime USING (true);

ALTER TABLE wa.pair_pace ENABLE ROW LEVEL SECURITY;

CREATE POLICY pair_pace_privacy ON wa.pair_pace TO wa_privacy USING (true);

CREATE POLICY pair_pace_runtime ON wa.pair_pace TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE wa.phone_only_templates ENABLE ROW LEVEL SECURITY;

CREATE POLICY phone_only_templates_operate ON wa.phone_only_templates TO wa_operator_role USING (true) WITH CHECK (true);

CREATE POLICY phone_only_templates_read ON wa.phone_only_templates FOR SELECT TO wa_runtime USING (true);

ALTER TABLE wa.profile_aliases ENABLE ROW LEVEL SECURITY;

CREATE POLICY profile_aliases_privacy ON wa.profile_aliases TO wa_privacy USING (true);

CREATE POLICY profile_aliases_runtime ON wa.profile_aliases TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE wa.queue_state ENABLE ROW LEVEL SECURITY;

CREATE POLICY queue_state_runtime ON wa.queue_state TO wa_runtime USING (true) WITH CHECK (true);

CREATE POLICY queue_state_watch ON wa.queue_state FOR SELECT TO wa_operator_role USING (true);

ALTER TABLE wa.recipient_blocks ENABLE ROW LEVEL SECURITY;

CREATE POLICY recipient_blocks_operate ON wa.recipient_blocks TO wa_operator_role USING (true) WITH CHECK (true);

CREATE POLICY recipient_blocks_privacy ON wa.recipient_blocks TO wa_privacy USING (true);

CREATE POLICY recipient_blocks_runtime ON wa.recipient_blocks TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE wa.rendered_menus ENABLE ROW LEVEL SECURITY;

CREATE POLICY rendered_menus_runtime ON wa.rendered_menus TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE wa.retention_state ENABLE ROW LEVEL SECURITY;

CREATE POLICY retention_state_maintenance ON wa.retention_state TO wa_maintenance USING (true) WITH CHECK (true);

CREATE POLICY retention_state_read ON wa.retention_state FOR SELECT TO wa_operator_role USING (true);

CREATE POLICY retention_state_runtime ON wa.retention_state FOR SELECT TO wa_runtime USING (true);

ALTER TABLE wa.rights ENABLE ROW LEVEL SECURITY;

CREATE POLICY rights_migrate ON wa.rights TO postgres USING (true) WITH CHECK (true);

CREATE POLICY rights_read ON wa.rights FOR SELECT TO wa_runtime USING (true);

ALTER TABLE wa.send_error_classes ENABLE ROW LEVEL SECURITY;

CREATE POLICY send_error_classes_operate ON wa.send_error_classes TO wa_operator_role USING (true) WITH CHECK (true);

CREATE POLICY send_error_classes_read ON wa.send_error_classes FOR SELECT TO wa_runtime USING (true);

ALTER TABLE wa.server_presence ENABLE ROW LEVEL SECURITY;

CREATE POLICY server_presence_runtime ON wa.server_presence TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE wa.service_windows ENABLE ROW LEVEL SECURITY;

CREATE POLICY service_windows_privacy ON wa.service_windows TO wa_privacy USING (true);

CREATE POLICY service_windows_runtime ON wa.service_windows TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE wa.settings ENABLE ROW LEVEL SECURITY;

CREATE POLICY settings_operate ON wa.settings TO wa_operator_role USING (true) WITH CHECK (true);

CREATE POLICY settings_read ON wa.settings FOR SELECT TO wa_runtime, wa_basket_owner, wa_maintenance USING (true);

ALTER TABLE wa.silences ENABLE ROW LEVEL SECURITY;

CREATE POLICY silences_maintenance ON wa.silences TO wa_maintenance USING (true);

CREATE POLICY silences_operate ON wa.silences TO wa_operator_role USING (true);

CREATE POLICY silences_privacy ON wa.silences TO wa_privacy USING (true);

CREATE POLICY silences_runtime ON wa.silences TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE wa.task_error_classes ENABLE ROW LEVEL SECURITY;

CREATE POLICY task_error_classes_operate ON wa.task_error_classes TO wa_operator_role USING (true) WITH CHECK (true);

CREATE POLICY task_error_classes_read ON wa.task_error_classes FOR SELECT TO wa_runtime USING (true);

ALTER TABLE wa.tasks ENABLE ROW LEVEL SECURITY;

CREATE POLICY tasks_maintenance ON wa.tasks TO wa_maintenance USING (true);

CREATE POLICY tasks_privacy ON wa.tasks TO wa_privacy USING (true);

CREATE POLICY tasks_read ON wa.tasks FOR SELECT TO wa_operator_role USING (true);

CREATE POLICY tasks_runtime ON wa.tasks TO wa_runtime USING (true) WITH CHECK (true);

ALTER TABLE wa.texts ENABLE ROW LEVEL SECURITY;

CREATE POLICY texts_operate ON wa.texts FOR UPDATE TO wa_operator_role USING (true) WITH CHECK (true);

CREATE POLICY texts_read ON wa.texts FOR SELECT TO wa_operator_role, wa_runtime USING (true);

ALTER TABLE wa.webhook_logs_default ENABLE ROW LEVEL SECURITY;

CREATE POLICY webhook_logs_maintain ON wa.webhook_logs_default TO wa_maintenance USING (true) WITH CHECK (true);

GRANT USAGE ON SCHEMA public TO wa_edge_role;
GRANT USAGE ON SCHEMA public TO wa_notifier_role;
GRANT USAGE ON SCHEMA public TO wa_worker_role;
GRANT USAGE ON SCHEMA public TO wa_agent_role;
GRANT USAGE ON SCHEMA public TO wa_reader_role;
GRANT USAGE ON SCHEMA public TO wa_operator_role;
GRANT USAGE ON SCHEMA public TO wa_runtime;
GRANT USAGE ON SCHEMA public TO wa_basket_owner;
GRANT USAGE ON SCHEMA public TO wa_maintenance;
GRANT USAGE ON SCHEMA public TO wa_privacy;

GRANT USAGE ON SCHEMA wa TO wa_runtime;
GRANT USAGE ON SCHEMA wa TO wa_basket_owner;
GRANT ALL ON SCHEMA wa TO wa_maintenance;
GRANT USAGE ON SCHEMA wa TO wa_privacy;
GRANT USAGE ON SCHEMA wa TO wa_operator_role;

REVOKE ALL ON FUNCTION public.basket_close(_profile_id uuid, _basket_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.basket_close(_profile_id uuid, _basket_id uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION public.basket_contribute(_profile_id uuid, _basket_id uuid, _amount_minor bigint, _reference text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.basket_contribute(_profile_id uuid, _basket_id uuid, _amount_minor bigint, _reference text) TO wa_runtime;

REVOKE ALL ON FUNCTION public.basket_create(_profile_id uuid, _whatsapp text, _name text, _is_public boolean, _goal_minor bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.basket_create(_profile_id uuid, _whatsapp text, _name text, _is_public boolean, _goal_minor bigint) TO wa_runtime;

REVOKE ALL ON FUNCTION public.basket_detail(_profile_id uuid, _basket_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.basket_detail(_profile_id uuid, _basket_id uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION public.basket_discover_nearby(_profile_id uuid, _lat double precision, _lng double precision, _limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.basket_discover_nearby(_profile_id uuid, _lat double precision, _lng double precision, _limit integer) TO wa_runtime;

REVOKE ALL ON FUNCTION public.basket_generate_qr(_profile_id uuid, _basket_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.basket_generate_qr(_profile_id uuid, _basket_id uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION public.basket_join_by_code(_profile_id uuid, _whatsapp text, _code text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.basket_join_by_code(_profile_id uuid, _whatsapp text, _code text) TO wa_runtime;

REVOKE ALL ON FUNCTION public.basket_leave(_profile_id uuid, _basket_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.basket_leave(_profile_id uuid, _basket_id uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION public.basket_list_mine(_profile_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.basket_list_mine(_profile_id uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION public.basket_set_description(_profile_id uuid, _basket_id uuid, _description text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.basket_set_description(_profile_id uuid, _basket_id uuid, _description text) TO wa_runtime;

REVOKE ALL ON FUNCTION public.basket_set_place(_profile_id uuid, _basket_id uuid, _lat double precision, _lng double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION public.basket_set_place(_profile_id uuid, _basket_id uuid, _lat double precision, _lng double precision) TO wa_runtime;

REVOKE ALL ON FUNCTION public.wa_alerts_claim(worker text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_alerts_claim(worker text) TO wa_notifier_role;

REVOKE ALL ON FUNCTION public.wa_alerts_group() FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_alerts_group() TO wa_notifier_role;

REVOKE ALL ON FUNCTION public.wa_alerts_settle(results jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_alerts_settle(results jsonb) TO wa_notifier_role;

REVOKE ALL ON FUNCTION public.wa_conversation(who text, max_messages integer, before timestamp with time zone, phone_number_id text, with_payload boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_conversation(who text, max_messages integer, before timestamp with time zone, phone_number_id text, with_payload boolean) TO wa_reader_role;
GRANT ALL ON FUNCTION public.wa_conversation(who text, max_messages integer, before timestamp with time zone, phone_number_id text, with_payload boolean) TO wa_agent_role;
GRANT ALL ON FUNCTION public.wa_conversation(who text, max_messages integer, before timestamp with time zone, phone_number_id text, with_payload boolean) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_desk_actions(before timestamp with time zone, max_actions integer, who text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_desk_actions(before timestamp with time zone, max_actions integer, who text) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_desk_conversations(search text, max_conversations integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_desk_conversations(search text, max_conversations integer) TO wa_reader_role;
GRANT ALL ON FUNCTION public.wa_desk_conversations(search text, max_conversations integer) TO wa_agent_role;
GRANT ALL ON FUNCTION public.wa_desk_conversations(search text, max_conversations integer) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_desk_media(message_ids text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_desk_media(message_ids text[]) TO wa_agent_role;
GRANT ALL ON FUNCTION public.wa_desk_media(message_ids text[]) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_desk_note(who text, body text, agent text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_desk_note(who text, body text, agent text) TO wa_agent_role;
GRANT ALL ON FUNCTION public.wa_desk_note(who text, body text, agent text) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_desk_note_delete(id bigint, agent text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_desk_note_delete(id bigint, agent text) TO wa_agent_role;
GRANT ALL ON FUNCTION public.wa_desk_note_delete(id bigint, agent text) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_desk_open(who text, agent text, phone_number_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_desk_open(who text, agent text, phone_number_id text) TO wa_reader_role;
GRANT ALL ON FUNCTION public.wa_desk_open(who text, agent text, phone_number_id text) TO wa_agent_role;
GRANT ALL ON FUNCTION public.wa_desk_open(who text, agent text, phone_number_id text) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_desk_picture(who text, sha256 text, phone_number_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_desk_picture(who text, sha256 text, phone_number_id text) TO wa_agent_role;
GRANT ALL ON FUNCTION public.wa_desk_picture(who text, sha256 text, phone_number_id text) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_desk_picture_send(media bigint, size_bytes bigint, mime_type text, caption text, agent text, phone_number_id text, dedupe_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_desk_picture_send(media bigint, size_bytes bigint, mime_type text, caption text, agent text, phone_number_id text, dedupe_key text) TO wa_agent_role;
GRANT ALL ON FUNCTION public.wa_desk_picture_send(media bigint, size_bytes bigint, mime_type text, caption text, agent text, phone_number_id text, dedupe_key text) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_desk_session(agent text, is_over boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_desk_session(agent text, is_over boolean) TO wa_reader_role;
GRANT ALL ON FUNCTION public.wa_desk_session(agent text, is_over boolean) TO wa_agent_role;
GRANT ALL ON FUNCTION public.wa_desk_session(agent text, is_over boolean) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_dismiss_event(wa_message_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_dismiss_event(wa_message_id text) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_dismiss_events(error_like text, received_after timestamp with time zone, received_before timestamp with time zone, max_messages integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_dismiss_events(error_like text, received_after timestamp with time zone, received_before timestamp with time zone, max_messages integer) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_dismiss_payload(id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_dismiss_payload(id bigint) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_dispatch(payload jsonb, options jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_dispatch(payload jsonb, options jsonb) TO wa_edge_role;

REVOKE ALL ON FUNCTION public.wa_erase_profile(who text, and_opt_out boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_erase_profile(who text, and_opt_out boolean) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_export_profile(who text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_export_profile(who text) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_failed_events(error_like text, received_after timestamp with time zone, received_before timestamp with time zone, with_moved_on boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_failed_events(error_like text, received_after timestamp with time zone, received_before timestamp with time zone, with_moved_on boolean) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_hand_back(who text, agent text, phone_number_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_hand_back(who text, agent text, phone_number_id text) TO wa_agent_role;
GRANT ALL ON FUNCTION public.wa_hand_back(who text, agent text, phone_number_id text) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_handover(who text, agent text, phone_number_id text, note text, lasts interval, take_over boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_handover(who text, agent text, phone_number_id text, note text, lasts interval, take_over boolean) TO wa_agent_role;
GRANT ALL ON FUNCTION public.wa_handover(who text, agent text, phone_number_id text, note text, lasts interval, take_over boolean) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_handovers() FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_handovers() TO wa_agent_role;
GRANT ALL ON FUNCTION public.wa_handovers() TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_health() FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_health() TO wa_edge_role;
GRANT ALL ON FUNCTION public.wa_health() TO wa_notifier_role;
GRANT ALL ON FUNCTION public.wa_health() TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_media_deletions_claim(batch integer, lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_media_deletions_claim(batch integer, lease interval) TO wa_worker_role;

REVOKE ALL ON FUNCTION public.wa_media_deletions_settle(ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_media_deletions_settle(ids uuid[]) TO wa_worker_role;

REVOKE ALL ON FUNCTION public.wa_media_retry() FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_media_retry() TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_metrics() FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_metrics() TO wa_edge_role;
GRANT ALL ON FUNCTION public.wa_metrics() TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_notification_cancel(id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_notification_cancel(id bigint) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_notifications_claim(worker text, batch integer, lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_notifications_claim(worker text, batch integer, lease interval) TO wa_notifier_role;

REVOKE ALL ON FUNCTION public.wa_notifications_settle(results jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_notifications_settle(results jsonb) TO wa_notifier_role;

REVOKE ALL ON FUNCTION public.wa_notify(recipient text, payload jsonb, send_at timestamp with time zone, dedupe_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_notify(recipient text, payload jsonb, send_at timestamp with time zone, dedupe_key text) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_notify_many(recipients text[], payload jsonb, send_at timestamp with time zone, dedupe_prefix text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_notify_many(recipients text[], payload jsonb, send_at timestamp with time zone, dedupe_prefix text) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_opt_out_profile(who text, opted_out boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_opt_out_profile(who text, opted_out boolean) TO wa_operator_role;
GRANT ALL ON FUNCTION public.wa_opt_out_profile(who text, opted_out boolean) TO wa_privacy;

REVOKE ALL ON FUNCTION public.wa_queue_distrust(reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_queue_distrust(reason text) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_queue_pause(reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_queue_pause(reason text) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_queue_resume(doubtful text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_queue_resume(doubtful text) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_replay_event(wa_message_id text, even_if_moved_on boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_replay_event(wa_message_id text, even_if_moved_on boolean) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_replay_events(error_like text, received_after timestamp with time zone, received_before timestamp with time zone, max_messages integer, even_if_moved_on boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_replay_events(error_like text, received_after timestamp with time zone, received_before timestamp with time zone, max_messages integer, even_if_moved_on boolean) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_replay_payload(id bigint, even_if_moved_on boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_replay_payload(id bigint, even_if_moved_on boolean) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_reply(who text, payload jsonb, agent text, phone_number_id text, dedupe_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_reply(who text, payload jsonb, agent text, phone_number_id text, dedupe_key text) TO wa_agent_role;
GRANT ALL ON FUNCTION public.wa_reply(who text, payload jsonb, agent text, phone_number_id text, dedupe_key text) TO wa_operator_role;

REVOKE ALL ON PROCEDURE public.wa_retention_purge() FROM PUBLIC;
GRANT ALL ON PROCEDURE public.wa_retention_purge() TO wa_edge_role;
GRANT ALL ON PROCEDURE public.wa_retention_purge() TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_retention_step() FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_retention_step() TO wa_edge_role;
GRANT ALL ON FUNCTION public.wa_retention_step() TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_status() FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_status() TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_task_cancel(id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_task_cancel(id bigint) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_task_retry(id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_task_retry(id bigint) TO wa_operator_role;

REVOKE ALL ON FUNCTION public.wa_tasks_claim(worker text, kinds text[], batch integer, lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_tasks_claim(worker text, kinds text[], batch integer, lease interval) TO wa_worker_role;

REVOKE ALL ON FUNCTION public.wa_tasks_expire() FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_tasks_expire() TO wa_notifier_role;

REVOKE ALL ON FUNCTION public.wa_tasks_settle(results jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wa_tasks_settle(results jsonb) TO wa_worker_role;

REVOKE ALL ON FUNCTION wa.add_alias(p_kind text, p_value text, p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.add_alias(p_kind text, p_value text, p_user_id uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.add_header(p_message jsonb, p_type text, p_content text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.add_header(p_message jsonb, p_type text, p_content text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.add_phone_alias(p_phone text, p_user_id uuid, p_left_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.add_phone_alias(p_phone text, p_user_id uuid, p_left_at timestamp with time zone) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.advance_chats(p_messages wa.message[], p_are_apart boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.advance_chats(p_messages wa.message[], p_are_apart boolean) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.alert_of_dispatch(p_failures jsonb, p_invalid_senders integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.alert_of_dispatch(p_failures jsonb, p_invalid_senders integer) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.answer(p_chat wa.chat, p_choices text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.answer(p_chat wa.chat, p_choices text[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.answer_apart(p_messages wa.message[], OUT processed integer, OUT failures jsonb, OUT events jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.answer_apart(p_messages wa.message[], OUT processed integer, OUT failures jsonb, OUT events jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.answer_messages(p_messages wa.message[], p_most_together integer, OUT processed integer, OUT failures jsonb, OUT events jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.answer_messages(p_messages wa.message[], p_most_together integer, OUT processed integer, OUT failures jsonb, OUT events jsonb) TO wa_runtime;

GRANT SELECT,INSERT,UPDATE ON TABLE public.baskets TO wa_basket_owner;

REVOKE ALL ON FUNCTION wa.append_contribution(p_basket public.baskets, p_user_id uuid, p_amount_minor bigint, p_reference text, p_reverses_entry_number integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.append_contribution(p_basket public.baskets, p_user_id uuid, p_amount_minor bigint, p_reference text, p_reverses_entry_number integer) TO wa_basket_owner;

REVOKE ALL ON FUNCTION wa.apply_account_changes(p_rest jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.apply_account_changes(p_rest jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.apply_failed_statuses(p_matched jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.apply_failed_statuses(p_matched jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.apply_failure_consequences(p_failures jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.apply_failure_consequences(p_failures jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.apply_results(p_results jsonb, p_most_bytes integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.apply_results(p_results jsonb, p_most_bytes integer) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.apply_send_failures(p_failures jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.apply_send_failures(p_failures jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.apply_statuses(p_statuses jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.apply_statuses(p_statuses jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.apply_success_statuses(p_matched jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.apply_success_statuses(p_matched jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.are_known_errors(p_errors jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.are_known_errors(p_errors jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.ask(p_chat wa.chat, p_key text, p_choices text[], p_values jsonb, p_data jsonb, p_again text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.ask(p_chat wa.chat, p_key text, p_choices text[], p_values jsonb, p_data jsonb, p_again text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.ask_again(p_chat wa.chat, p_question text, p_again text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.ask_again(p_chat wa.chat, p_question text, p_again text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.attach_identity(p_user_id uuid, p_phone text, p_bsuid text, p_parent_bsuid text, p_sent_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.attach_identity(p_user_id uuid, p_phone text, p_bsuid text, p_parent_bsuid text, p_sent_at timestamp with time zone) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.back_off(p_first_seconds double precision, p_factor double precision, p_max_seconds double precision, p_times integer, p_asked_seconds numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.back_off(p_first_seconds double precision, p_factor double precision, p_max_seconds double precision, p_times integer, p_asked_seconds numeric) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.basket_balance(p_basket_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.basket_balance(p_basket_id uuid) TO wa_basket_owner;

REVOKE ALL ON FUNCTION wa.begin_life() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.begin_life() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.bound_answers(p_user_ids uuid[], p_phone_number_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.bound_answers(p_user_ids uuid[], p_phone_number_id text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.build_basket_link(p_share_token text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.build_basket_link(p_share_token text) TO wa_basket_owner;

REVOKE ALL ON FUNCTION wa.build_buttons(p_body text, p_buttons jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.build_buttons(p_body text, p_buttons jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.build_choice(p_id text, p_title text, p_description text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.build_choice(p_id text, p_title text, p_description text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.build_choices(p_chat wa.chat, p_choices text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.build_choices(p_chat wa.chat, p_choices text[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.build_envelope(p_message wa.message) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.build_envelope(p_message wa.message) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.build_list(p_body text, p_button text, p_rows jsonb, p_page integer, p_more text, p_more_prefix text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.build_list(p_body text, p_button text, p_rows jsonb, p_page integer, p_more text, p_more_prefix text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.build_location_request(p_body text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.build_location_request(p_body text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.build_media(p_type text, p_media text, p_caption text, p_filename text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.build_media(p_type text, p_media text, p_caption text, p_filename text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.build_qr_image(p_content text, p_caption text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.build_qr_image(p_content text, p_caption text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.build_stored_media(p_media bigint, p_caption text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.build_stored_media(p_media bigint, p_caption text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.build_text(p_body text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.build_text(p_body text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.build_url_button(p_body text, p_title text, p_url text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.build_url_button(p_body text, p_title text, p_url text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.cancel_tasks(p_chat wa.chat, p_kind text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.cancel_tasks(p_chat wa.chat, p_kind text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.cancel_tasks_of_reset() FROM PUBLIC;

REVOKE ALL ON FUNCTION wa.change_identity(p_message wa.message) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.change_identity(p_message wa.message) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.charge_number(p_phone_number_id text, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.charge_number(p_phone_number_id text, p_count integer) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.charge_pairs(p_user_ids uuid[], p_phone_number_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.charge_pairs(p_user_ids uuid[], p_phone_number_id text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.check_contribution(p_amount_minor bigint, p_reference text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.check_contribution(p_amount_minor bigint, p_reference text) TO wa_basket_owner;

REVOKE ALL ON FUNCTION wa.check_coordinates(p_lat double precision, p_lng double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.check_coordinates(p_lat double precision, p_lng double precision) TO wa_runtime;
GRANT ALL ON FUNCTION wa.check_coordinates(p_lat double precision, p_lng double precision) TO wa_basket_owner;

REVOKE ALL ON FUNCTION wa.check_payload(p_payload jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.check_payload(p_payload jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.check_setting() FROM PUBLIC;

REVOKE ALL ON FUNCTION wa.choose_conversation(p_user_id uuid, p_phone_number_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.choose_conversation(p_user_id uuid, p_phone_number_id text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.choose_number(p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.choose_number(p_user_id uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.chosen(p_chat wa.chat, p_rows jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.chosen(p_chat wa.chat, p_rows jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.claim_from_number(p_number text, p_worker text, p_wanted integer, p_lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.claim_from_number(p_number text, p_worker text, p_wanted integer, p_lease interval) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.claim_messages(p_messages wa.message[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.claim_messages(p_messages wa.message[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.claim_plain(p_number text, p_worker text, p_wanted integer, p_lease interval, p_window_opens timestamp with time zone, p_pair_interval interval, p_pair_burst double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.claim_plain(p_number text, p_worker text, p_wanted integer, p_lease interval, p_window_opens timestamp with time zone, p_pair_interval interval, p_pair_burst double precision) TO wa_runtime;

GRANT SELECT ON TABLE wa.send_error_classes TO wa_runtime;
GRANT SELECT,INSERT,UPDATE ON TABLE wa.send_error_classes TO wa_operator_role;

REVOKE ALL ON FUNCTION wa.classify_send_error(p_outcome text, p_error_code integer, p_http_status integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.classify_send_error(p_outcome text, p_error_code integer, p_http_status integer) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.clean_basket_name(p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.clean_basket_name(p_name text) TO wa_basket_owner;
GRANT ALL ON FUNCTION wa.clean_basket_name(p_name text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.clean_line(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.clean_line(p_text text) TO wa_runtime;
GRANT ALL ON FUNCTION wa.clean_line(p_text text) TO wa_basket_owner;

REVOKE ALL ON PROCEDURE wa.close_routines() FROM PUBLIC;

REVOKE ALL ON FUNCTION wa.compare_rights() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.compare_rights() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.compare_rows(p_keys text[], p_base jsonb, p_current jsonb, p_new jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.compare_rows(p_keys text[], p_base jsonb, p_current jsonb, p_new jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.confirm(p_chat wa.chat, p_key text, p_values jsonb, p_data jsonb, p_again text, p_about text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.confirm(p_chat wa.chat, p_key text, p_values jsonb, p_data jsonb, p_again text, p_about text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.confirmed(p_chat wa.chat, p_about text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.confirmed(p_chat wa.chat, p_about text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.count_alike(p_bodies jsonb[], p_common jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.count_alike(p_bodies jsonb[], p_common jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.count_answers(p_user_ids uuid[], p_phone_number_ids text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.count_answers(p_user_ids uuid[], p_phone_number_ids text[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.count_basket_member() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.count_basket_member() TO wa_basket_owner;

REVOKE ALL ON FUNCTION wa.count_person(p_who text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.count_person(p_who text) TO wa_operator_role;

REVOKE ALL ON FUNCTION wa.count_queue() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.count_queue() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.count_queued_since() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.count_queued_since() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.count_tasks() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.count_tasks() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.create_log_partitions() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.create_log_partitions() TO wa_maintenance;

REVOKE ALL ON FUNCTION wa.create_profile(p_phone text, p_bsuid text, p_parent_bsuid text, p_display_name text, p_sent_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.create_profile(p_phone text, p_bsuid text, p_parent_bsuid text, p_display_name text, p_sent_at timestamp with time zone) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.decide_failures(p_failures jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.decide_failures(p_failures jsonb) TO wa_runtime;

REVOKE ALL ON PROCEDURE wa.declare_flow(IN p_flow text, IN p_declaration json) FROM PUBLIC;

REVOKE ALL ON FUNCTION wa.deliver_held_results() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.deliver_held_results() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.deliver_results(p_results wa.message[], OUT answered integer, OUT late integer, OUT failures jsonb, OUT events jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.deliver_results(p_results wa.message[], OUT answered integer, OUT late integer, OUT failures jsonb, OUT events jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.describe_basket(p_detail jsonb, p_locale text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.describe_basket(p_detail jsonb, p_locale text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.describe_basket_kind(p_basket jsonb, p_locale text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.describe_basket_kind(p_basket jsonb, p_locale text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.describe_error(p_sqlstate text, p_message text, p_hint text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.describe_error(p_sqlstate text, p_message text, p_hint text) TO wa_runtime;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chat_state TO wa_runtime;
GRANT SELECT,DELETE ON TABLE public.chat_state TO wa_privacy;
GRANT SELECT,DELETE ON TABLE public.chat_state TO wa_operator_role;

REVOKE ALL ON FUNCTION wa.describe_handover(p_place public.chat_state) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.describe_handover(p_place public.chat_state) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.describe_inbound(p_message jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.describe_inbound(p_message jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.describe_member_count(p_count integer, p_locale text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.describe_member_count(p_count integer, p_locale text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.describe_outbound(p_payload jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.describe_outbound(p_payload jsonb) TO wa_runtime;

GRANT SELECT,INSERT,UPDATE ON TABLE wa.tasks TO wa_runtime;
GRANT SELECT,DELETE ON TABLE wa.tasks TO wa_maintenance;
GRANT SELECT,DELETE ON TABLE wa.tasks TO wa_privacy;
GRANT SELECT ON TABLE wa.tasks TO wa_operator_role;

REVOKE ALL ON FUNCTION wa.describe_result(p_task wa.tasks) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.describe_result(p_task wa.tasks) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.describe_send_failure(p_failure jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.describe_send_failure(p_failure jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.describe_steps(p_flow text, p_base jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.describe_steps(p_flow text, p_base jsonb) TO wa_runtime;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE wa.media_objects TO wa_runtime;
GRANT SELECT ON TABLE wa.media_objects TO wa_privacy;
GRANT SELECT ON TABLE wa.media_objects TO wa_operator_role;

REVOKE ALL ON FUNCTION wa.describe_wanted_media(p_media bigint, p_kind text, p_media_id text, p_phone_number_id text, p_declared_type text, p_object wa.media_objects, p_url text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.describe_wanted_media(p_media bigint, p_kind text, p_media_id text, p_phone_number_id text, p_declared_type text, p_object wa.media_objects, p_url text) TO wa_runtime;

GRANT SELECT,INSERT,UPDATE ON TABLE public.profiles TO wa_runtime;
GRANT SELECT,UPDATE ON TABLE public.profiles TO wa_privacy;
GRANT SELECT ON TABLE public.profiles TO wa_operator_role;

GRANT SELECT(user_id) ON TABLE public.profiles TO wa_basket_owner;

GRANT SELECT(whatsapp_e164) ON TABLE public.profiles TO wa_basket_owner;

GRANT SELECT(display_name) ON TABLE public.profiles TO wa_basket_owner;

GRANT SELECT(merged_into) ON TABLE public.profiles TO wa_basket_owner;

GRANT SELECT(erased_at) ON TABLE public.profiles TO wa_basket_owner;

REVOKE ALL ON FUNCTION wa.detach_phone(p_profile public.profiles, p_sent_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.detach_phone(p_profile public.profiles, p_sent_at timestamp with time zone) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.dismiss_failed_event(p_wa_message_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.dismiss_failed_event(p_wa_message_id text) TO wa_runtime;

GRANT SELECT,INSERT,DELETE ON TABLE public.wa_events TO wa_runtime;
GRANT SELECT,DELETE ON TABLE public.wa_events TO wa_maintenance;
GRANT SELECT,DELETE ON TABLE public.wa_events TO wa_privacy;
GRANT SELECT,DELETE ON TABLE public.wa_events TO wa_operator_role;

REVOKE ALL ON FUNCTION wa.dispatch_again(p_event public.wa_events) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.dispatch_again(p_event public.wa_events) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.drop_log_partitions(p_before timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.drop_log_partitions(p_before timestamp with time zone) TO wa_maintenance;

REVOKE ALL ON FUNCTION wa.emit_event(p_event text, p_fields jsonb, p_level text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.emit_event(p_event text, p_fields jsonb, p_level text) TO wa_runtime;
GRANT ALL ON FUNCTION wa.emit_event(p_event text, p_fields jsonb, p_level text) TO wa_basket_owner;
GRANT ALL ON FUNCTION wa.emit_event(p_event text, p_fields jsonb, p_level text) TO wa_maintenance;
GRANT ALL ON FUNCTION wa.emit_event(p_event text, p_fields jsonb, p_level text) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.end_handover(p_user_id uuid, p_phone_number_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.end_handover(p_user_id uuid, p_phone_number_id text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.end_overdue_tasks() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.end_overdue_tasks() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.erase_basket_contributions(p_user_ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.erase_basket_contributions(p_user_ids uuid[]) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.erase_basket_join_attempts(p_user_ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.erase_basket_join_attempts(p_user_ids uuid[]) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.erase_basket_members(p_user_ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.erase_basket_members(p_user_ids uuid[]) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.erase_desk_actions(p_user_ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.erase_desk_actions(p_user_ids uuid[]) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.erase_kept_payloads(p_pattern text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.erase_kept_payloads(p_pattern text) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.erase_traces(p_pattern text, p_words text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.erase_traces(p_pattern text, p_words text[]) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.erase_wa_events(p_user_ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.erase_wa_events(p_user_ids uuid[]) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.establish_plain_senders(p_messages wa.message[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.establish_plain_senders(p_messages wa.message[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.establish_profile(p_phone text, p_bsuid text, p_parent_bsuid text, p_display_name text, p_sent_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.establish_profile(p_phone text, p_bsuid text, p_parent_bsuid text, p_display_name text, p_sent_at timestamp with time zone) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.establish_senders(p_messages wa.message[], p_statuses jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.establish_senders(p_messages wa.message[], p_statuses jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.expire_tables(p_batch integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.expire_tables(p_batch integer) TO wa_maintenance;

GRANT SELECT,INSERT,UPDATE ON TABLE wa.lives TO wa_runtime;
GRANT SELECT ON TABLE wa.lives TO wa_operator_role;

REVOKE ALL ON FUNCTION wa.explain_move(p_life wa.lives, p_system_identifier bigint, p_timeline_id bigint, p_database_oid bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.explain_move(p_life wa.lives, p_system_identifier bigint, p_timeline_id bigint, p_database_oid bigint) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.export_basket_contributions(p_user_ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.export_basket_contributions(p_user_ids uuid[]) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.export_basket_members(p_user_ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.export_basket_members(p_user_ids uuid[]) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.export_media(p_user_ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.export_media(p_user_ids uuid[]) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.fall_silent(p_user_id uuid, p_phone_number_id text, p_reason text, p_since timestamp with time zone, p_until timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.fall_silent(p_user_id uuid, p_phone_number_id text, p_reason text, p_since timestamp with time zone, p_until timestamp with time zone) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.fetch_media(p_chat wa.chat, p_state text, p_late_state text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.fetch_media(p_chat wa.chat, p_state text, p_late_state text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_basket_detail(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_basket_detail(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_basket_refusal(p_sqlstate text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_basket_refusal(p_sqlstate text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_buttons_problem(p_buttons jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_buttons_problem(p_buttons jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_by_alias(p_bsuids text[], p_parent_bsuids text[], p_phones text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_by_alias(p_bsuids text[], p_parent_bsuids text[], p_phones text[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_caller() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_caller() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_conflicts(p_flow text, p_rows jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_conflicts(p_flow text, p_rows jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_contact(p_contacts jsonb, p_by_name jsonb, p_phone text, p_bsuid text, p_value jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_contact(p_contacts jsonb, p_by_name jsonb, p_phone text, p_bsuid text, p_value jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_declaration_mistakes(p_flow text, p_declaration jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_declaration_mistakes(p_flow text, p_declaration jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_document_fields(p_document text, p_result jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_document_fields(p_document text, p_result jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_document_mistakes(p_documents jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_document_mistakes(p_documents jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_end_of_doubt() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_end_of_doubt() TO wa_runtime;

GRANT SELECT ON TABLE wa.flow_entries TO wa_runtime;
GRANT SELECT ON TABLE wa.flow_entries TO wa_operator_role;

REVOKE ALL ON FUNCTION wa.find_entry(p_message wa.message, p_state text, p_consent text, p_keyword wa.flow_entries) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_entry(p_message wa.message, p_state text, p_consent text, p_keyword wa.flow_entries) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_flow_of(p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_flow_of(p_name text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_interactive_problem(p_interactive jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_interactive_problem(p_interactive jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_list_problem(p_action jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_list_problem(p_action jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_media_key(p_media bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_media_key(p_media bigint) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_media_problem(p_type text, p_media jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_media_problem(p_type text, p_media jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_name_in(p_key text, p_word text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_name_in(p_key text, p_word text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_number(p_value jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_number(p_value jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_oldest_due() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_oldest_due() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_oldest_due_task() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_oldest_due_task() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_or_create_profile(p_phone text, p_bsuid text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_or_create_profile(p_phone text, p_bsuid text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_payload_problem(p_payload jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_payload_problem(p_payload jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_person(p_who text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_person(p_who text) TO wa_runtime;
GRANT ALL ON FUNCTION wa.find_person(p_who text) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.find_plural(p_key text, p_locale text, p_count text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_plural(p_key text, p_locale text, p_count text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_profile(p_phone text, p_bsuid text, p_parent_bsuid text, p_sent_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_profile(p_phone text, p_bsuid text, p_parent_bsuid text, p_sent_at timestamp with time zone) TO wa_runtime;
GRANT ALL ON FUNCTION wa.find_profile(p_phone text, p_bsuid text, p_parent_bsuid text, p_sent_at timestamp with time zone) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.find_template_problem(p_template jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_template_problem(p_template jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_text_problem(p_text jsonb, p_name text, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_text_problem(p_text jsonb, p_name text, p_limit integer) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_time_zone(p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_time_zone(p_user_id uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.find_visible_basket(p_basket_id uuid, p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.find_visible_basket(p_basket_id uuid, p_user_id uuid) TO wa_basket_owner;

REVOKE ALL ON FUNCTION wa.finish(p_chat wa.chat, p_key text, p_values jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.finish(p_chat wa.chat, p_key text, p_values jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.finish_tasks(p_task_ids bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.finish_tasks(p_task_ids bigint[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.fold_basket_code(p_code text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.fold_basket_code(p_code text) TO wa_basket_owner;
GRANT ALL ON FUNCTION wa.fold_basket_code(p_code text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.fold_consent_word() FROM PUBLIC;

REVOKE ALL ON FUNCTION wa.fold_moment(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.fold_moment(p_text text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.fold_text(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.fold_text(p_text text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.follow_clock() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.follow_clock() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.forget_menus() FROM PUBLIC;

REVOKE ALL ON FUNCTION wa.forget_pause() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.forget_pause() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.format_amount(p_minor bigint, p_currency text, p_locale text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.format_amount(p_minor bigint, p_currency text, p_locale text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.format_date(p_date date, p_locale text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.format_date(p_date date, p_locale text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.format_distance(p_km double precision, p_locale text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.format_distance(p_km double precision, p_locale text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.format_moment(p_at timestamp with time zone, p_locale text, p_zone text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.format_moment(p_at timestamp with time zone, p_locale text, p_zone text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.format_time(p_at timestamp with time zone, p_locale text, p_zone text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.format_time(p_at timestamp with time zone, p_locale text, p_zone text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.forward_to_desk(p_place public.chat_state, p_content jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.forward_to_desk(p_place public.chat_state, p_content jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.gather_person(p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.gather_person(p_user_id uuid) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.generate_basket_code() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.generate_basket_code() TO wa_basket_owner;

REVOKE ALL ON FUNCTION wa.get_currency_exponent(p_currency text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.get_currency_exponent(p_currency text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.get_fallback_text(p_key text, p_locale text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.get_fallback_text(p_key text, p_locale text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.get_media_cache_key(p_payload jsonb, p_phone_number_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.get_media_cache_key(p_payload jsonb, p_phone_number_id text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.get_menu(p_body_key text, p_locale text, p_page integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.get_menu(p_body_key text, p_locale text, p_page integer) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.get_place(OUT system_identifier bigint, OUT timeline_id bigint, OUT database_oid bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.get_place(OUT system_identifier bigint, OUT timeline_id bigint, OUT database_oid bigint) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.get_profile(p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.get_profile(p_user_id uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.get_retention_cutoffs() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.get_retention_cutoffs() TO wa_maintenance;

REVOKE ALL ON FUNCTION wa.get_setting(p_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.get_setting(p_key text) TO wa_runtime;
GRANT ALL ON FUNCTION wa.get_setting(p_key text) TO wa_basket_owner;
GRANT ALL ON FUNCTION wa.get_setting(p_key text) TO wa_maintenance;

REVOKE ALL ON FUNCTION wa.get_text(p_key text, p_locale text, p_values jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.get_text(p_key text, p_locale text, p_values jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.go(p_chat wa.chat, p_state text, p_data jsonb, p_key text, p_values jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.go(p_chat wa.chat, p_state text, p_data jsonb, p_key text, p_values jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.group_alerts() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.group_alerts() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.hand_over(p_chat wa.chat, p_key text, p_note text, p_values jsonb, p_data jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.hand_over(p_chat wa.chat, p_key text, p_note text, p_values jsonb, p_data jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.has_moved_on(p_user_id uuid, p_phone_number_id text, p_sent_at timestamp with time zone, p_failed_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.has_moved_on(p_user_id uuid, p_phone_number_id text, p_sent_at timestamp with time zone, p_failed_at timestamp with time zone) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.heed_handover(p_place public.chat_state, p_message wa.message, OUT is_silent boolean, OUT is_called_back boolean, OUT event jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.heed_handover(p_place public.chat_state, p_message wa.message, OUT is_silent boolean, OUT is_called_back boolean, OUT event jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.heed_silences(p_messages wa.message[], OUT messages wa.message[], OUT events jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.heed_silences(p_messages wa.message[], OUT messages wa.message[], OUT events jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.hold_back(p_verdicts jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.hold_back(p_verdicts jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.hold_conversation(p_who text, p_phone_number_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.hold_conversation(p_who text, p_phone_number_id text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.hold_conversations(p_user_ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.hold_conversations(p_user_ids uuid[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.hold_for_person(p_user_id uuid, p_phone_number_id text, p_agent text, p_note text, p_lasts interval) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.hold_for_person(p_user_id uuid, p_phone_number_id text, p_agent text, p_note text, p_lasts interval) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.hold_idle_conversations(p_user_ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.hold_idle_conversations(p_user_ids uuid[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.hold_profile(p_profile_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.hold_profile(p_profile_id uuid) TO wa_basket_owner;

REVOKE ALL ON FUNCTION wa.hold_results(p_results wa.message[], OUT free wa.message[], OUT held bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.hold_results(p_results wa.message[], OUT free wa.message[], OUT held bigint[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.index_contacts(p_contacts jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.index_contacts(p_contacts jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.is_answer(p_chat wa.chat, p_name text, p_words_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.is_answer(p_chat wa.chat, p_name text, p_words_key text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.is_awaited(p_user_ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.is_awaited(p_user_ids uuid[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.is_contribution_recorded(p_reference text, p_user_id uuid, p_basket_id uuid, p_amount_minor bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.is_contribution_recorded(p_reference text, p_user_id uuid, p_basket_id uuid, p_amount_minor bigint) TO wa_basket_owner;

REVOKE ALL ON FUNCTION wa.is_id_of_ours(p_reply_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.is_id_of_ours(p_reply_id text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.is_known_message(p_message jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.is_known_message(p_message jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.is_on_node() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.is_on_node() TO wa_maintenance;
GRANT ALL ON FUNCTION wa.is_on_node() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.is_pattern(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.is_pattern(p_text text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.is_retention_due() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.is_retention_due() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.is_somebody_else(p_user_id uuid, p_status jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.is_somebody_else(p_user_id uuid, p_status jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.is_sound_list(p_payload jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.is_sound_list(p_payload jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.is_worth_retrying(p_sqlstate text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.is_worth_retrying(p_sqlstate text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.join_arrays(p_arrays jsonb[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.join_arrays(p_arrays jsonb[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.join_basket(p_chat wa.chat, p_code text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.join_basket(p_chat wa.chat, p_code text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.judge_due(p_number text, p_look integer, p_except bigint[], OUT looked_at integer, OUT ready_rows tid[], OUT ready_addresses text[], OUT paced_users uuid[], OUT blocked_ids bigint[], OUT held_back jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.judge_due(p_number text, p_look integer, p_except bigint[], OUT looked_at integer, OUT ready_rows tid[], OUT ready_addresses text[], OUT paced_users uuid[], OUT blocked_ids bigint[], OUT held_back jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.judge_results(p_results wa.message[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.judge_results(p_results wa.message[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.keep_foreign(p_messages wa.message[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.keep_foreign(p_messages wa.message[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.keep_media(p_media bigint, p_for interval) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.keep_media(p_media bigint, p_for interval) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.keep_payloads(p_payloads jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.keep_payloads(p_payloads jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.keep_unattributed(p_webhooks jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.keep_unattributed(p_webhooks jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.know_senders(p_messages wa.message[], p_statuses jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.know_senders(p_messages wa.message[], p_statuses jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.learn_addresses(p_results jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.learn_addresses(p_results jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.leave_life(p_because text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.leave_life(p_because text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.leave_out_erased(p_messages wa.message[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.leave_out_erased(p_messages wa.message[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.leave_out_foreign(p_rest jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.leave_out_foreign(p_rest jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.leave_out_person(p_value jsonb, p_pattern text, p_may_hold_others boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.leave_out_person(p_value jsonb, p_pattern text, p_may_hold_others boolean) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.leave_unanswered(p_messages wa.message[], OUT messages wa.message[], OUT late integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.leave_unanswered(p_messages wa.message[], OUT messages wa.message[], OUT late integer) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.link_address(p_addressed text, p_phone text, p_bsuid text, p_answered_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.link_address(p_addressed text, p_phone text, p_bsuid text, p_answered_at timestamp with time zone) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_account_changes(p_rest jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_account_changes(p_rest jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_basket_actions(p_detail jsonb, p_locale text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_basket_actions(p_detail jsonb, p_locale text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_choices(p_flow text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_choices(p_flow text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_document_lines(p_result jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_document_lines(p_result jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_doubtful() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_doubtful() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_erasure_problems() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_erasure_problems() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_failures(p_failures jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_failures(p_failures jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_flow_problems(p_flow text, p_as_declared boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_flow_problems(p_flow text, p_as_declared boolean) TO wa_operator_role;

REVOKE ALL ON FUNCTION wa.list_flow_texts(p_as_declared boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_flow_texts(p_as_declared boolean) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_identities(p_messages wa.message[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_identities(p_messages wa.message[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_limit_problems(p_flow text, p_as_declared boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_limit_problems(p_flow text, p_as_declared boolean) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_menu(p_locale text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_menu(p_locale text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_merge_problems() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_merge_problems() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_message_kinds() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_message_kinds() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_names_of_person(p_user_ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_names_of_person(p_user_ids uuid[]) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.list_problems(p_status jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_problems(p_status jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_profiles_of_person(p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_profiles_of_person(p_user_id uuid) TO wa_runtime;
GRANT ALL ON FUNCTION wa.list_profiles_of_person(p_user_id uuid) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.list_rights() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_rights() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_roles() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_roles() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_routines() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_routines() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_sending_numbers() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_sending_numbers() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_shards() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_shards() TO wa_runtime;
GRANT ALL ON FUNCTION wa.list_shards() TO wa_privacy;

REVOKE ALL ON FUNCTION wa.list_state_problems(p_flow text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_state_problems(p_flow text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_status_identities(p_statuses jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_status_identities(p_statuses jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_step_problems(p_flow text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_step_problems(p_flow text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_step_routines(p_flow text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_step_routines(p_flow text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.list_tables_about_people() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_tables_about_people() TO wa_runtime;
GRANT ALL ON FUNCTION wa.list_tables_about_people() TO wa_privacy;

REVOKE ALL ON FUNCTION wa.list_text_problems(p_flow text, p_as_declared boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.list_text_problems(p_flow text, p_as_declared boolean) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.lock_acting_profile(p_profile_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.lock_acting_profile(p_profile_id uuid) TO wa_runtime;
GRANT ALL ON FUNCTION wa.lock_acting_profile(p_profile_id uuid) TO wa_basket_owner;

REVOKE ALL ON FUNCTION wa.lock_basket_as_member(p_basket_id uuid, p_user_id uuid, p_required_role text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.lock_basket_as_member(p_basket_id uuid, p_user_id uuid, p_required_role text) TO wa_basket_owner;

REVOKE ALL ON FUNCTION wa.lock_identities(p_phones text[], p_bsuids text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.lock_identities(p_phones text[], p_bsuids text[]) TO wa_runtime;
GRANT ALL ON FUNCTION wa.lock_identities(p_phones text[], p_bsuids text[]) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.lock_known_sender(p_message wa.message) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.lock_known_sender(p_message wa.message) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.lock_profiles(p_phones text[], p_bsuids text[], p_user_ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.lock_profiles(p_phones text[], p_bsuids text[], p_user_ids uuid[]) TO wa_runtime;
GRANT ALL ON FUNCTION wa.lock_profiles(p_phones text[], p_bsuids text[], p_user_ids uuid[]) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.log_other_statuses(p_statuses jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.log_other_statuses(p_statuses jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.log_rest(p_rest jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.log_rest(p_rest jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.log_unknown_errors(p_statuses jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.log_unknown_errors(p_statuses jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.mask_error(p_error text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.mask_error(p_error text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.mask_json(p_value jsonb, p_path text, p_depth integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.mask_json(p_value jsonb, p_path text, p_depth integer) TO wa_runtime;
GRANT ALL ON FUNCTION wa.mask_json(p_value jsonb, p_path text, p_depth integer) TO wa_operator_role;

REVOKE ALL ON FUNCTION wa.mask_numbers(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.mask_numbers(p_text text) TO wa_runtime;
GRANT ALL ON FUNCTION wa.mask_numbers(p_text text) TO wa_maintenance;

REVOKE ALL ON FUNCTION wa.mask_recipient(p_recipient text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.mask_recipient(p_recipient text) TO wa_runtime;
GRANT ALL ON FUNCTION wa.mask_recipient(p_recipient text) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.mask_task_error(p_message text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.mask_task_error(p_message text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.match_names(p_names text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.match_names(p_names text[]) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.match_statuses(p_statuses jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.match_statuses(p_statuses jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.match_words(p_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.match_words(p_key text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.may_have_moved() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.may_have_moved() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.measure_distance(p_lat double precision, p_lng double precision, p_other_lat double precision, p_other_lng double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.measure_distance(p_lat double precision, p_lng double precision, p_other_lat double precision, p_other_lng double precision) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.mend_rights() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.mend_rights() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.merge_basket_join_attempts(p_merged uuid, p_survivor uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.merge_basket_join_attempts(p_merged uuid, p_survivor uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.merge_basket_members(p_merged uuid, p_survivor uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.merge_basket_members(p_merged uuid, p_survivor uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.merge_chat_state(p_merged uuid, p_survivor uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.merge_chat_state(p_merged uuid, p_survivor uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.merge_marketing_preferences(p_merged uuid, p_survivor uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.merge_marketing_preferences(p_merged uuid, p_survivor uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.merge_notifications(p_merged uuid, p_survivor uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.merge_notifications(p_merged uuid, p_survivor uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.merge_profiles(p_one uuid, p_other uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.merge_profiles(p_one uuid, p_other uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.merge_service_windows(p_merged uuid, p_survivor uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.merge_service_windows(p_merged uuid, p_survivor uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.merge_silences(p_merged uuid, p_survivor uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.merge_silences(p_merged uuid, p_survivor uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.move_to_survivor(p_merged uuid, p_survivor uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.move_to_survivor(p_merged uuid, p_survivor uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.name_agent(p_agent text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.name_agent(p_agent text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.name_reply(p_chat wa.chat, p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.name_reply(p_chat wa.chat, p_name text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.name_state(p_prefix text, p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.name_state(p_prefix text, p_name text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.name_text(p_prefix text, p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.name_text(p_prefix text, p_name text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.named_until(p_user_id uuid, p_display_name_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.named_until(p_user_id uuid, p_display_name_at timestamp with time zone) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.normalize_bsuid(p_value text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.normalize_bsuid(p_value text) TO wa_runtime;
GRANT ALL ON FUNCTION wa.normalize_bsuid(p_value text) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.normalize_parent_bsuid(p_value text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.normalize_parent_bsuid(p_value text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.normalize_phone(p_number text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.normalize_phone(p_number text) TO wa_runtime;
GRANT ALL ON FUNCTION wa.normalize_phone(p_number text) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.note_calls(p_rest jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.note_calls(p_rest jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.note_echoes(p_rest jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.note_echoes(p_rest jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.note_fetched(p_task_ids bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.note_fetched(p_task_ids bigint[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.note_handovers(p_rest jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.note_handovers(p_rest jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.note_marketing_preferences(p_rest jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.note_marketing_preferences(p_rest jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.note_posting(p_are_posted boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.note_posting(p_are_posted boolean) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.note_presence() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.note_presence() TO wa_runtime;

REVOKE ALL ON PROCEDURE wa.note_rights() FROM PUBLIC;

REVOKE ALL ON FUNCTION wa.note_templates(p_changes jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.note_templates(p_changes jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.notice_move() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.notice_move() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.offer(p_chat wa.chat, p_key text, p_rows jsonb, p_values jsonb, p_data jsonb, p_again text, p_button_key text, p_more_prefix text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.offer(p_chat wa.chat, p_key text, p_rows jsonb, p_values jsonb, p_data jsonb, p_again text, p_button_key text, p_more_prefix text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.open_basket_join_attempt(p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.open_basket_join_attempt(p_user_id uuid) TO wa_basket_owner;

REVOKE ALL ON FUNCTION wa.open_chat(p_message wa.message, p_profile public.profiles, p_place public.chat_state, p_entry wa.flow_entries) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.open_chat(p_message wa.message, p_profile public.profiles, p_place public.chat_state, p_entry wa.flow_entries) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.open_number(p_phone_number_id text, p_may_wait boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.open_number(p_phone_number_id text, p_may_wait boolean) TO wa_runtime;

REVOKE ALL ON PROCEDURE wa.open_routines(IN p_names text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION wa.park_blocked(p_ids bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.park_blocked(p_ids bigint[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.parse_amount(p_text text, p_currency text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.parse_amount(p_text text, p_currency text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.parse_day(p_folded text, p_today date) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.parse_day(p_folded text, p_today date) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.parse_moment(p_text text, p_zone text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.parse_moment(p_text text, p_zone text, p_now timestamp with time zone) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.pause_for_account(p_changes jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.pause_for_account(p_changes jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.pause_queue(p_reason text, p_until timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.pause_queue(p_reason text, p_until timestamp with time zone) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.phone_lookup_key(p_phone text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.phone_lookup_key(p_phone text) TO wa_runtime;
GRANT ALL ON FUNCTION wa.phone_lookup_key(p_phone text) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.prepare_notification() FROM PUBLIC;

REVOKE ALL ON FUNCTION wa.purge_alerts(p_cutoff timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.purge_alerts(p_cutoff timestamp with time zone) TO wa_maintenance;

REVOKE ALL ON FUNCTION wa.purge_default_logs(p_before timestamp with time zone, p_batch integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.purge_default_logs(p_before timestamp with time zone, p_batch integer) TO wa_maintenance;

REVOKE ALL ON FUNCTION wa.purge_desk_actions(p_cutoff timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.purge_desk_actions(p_cutoff timestamp with time zone) TO wa_maintenance;

REVOKE ALL ON FUNCTION wa.purge_erased_digests() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.purge_erased_digests() TO wa_maintenance;

REVOKE ALL ON FUNCTION wa.purge_events(p_before timestamp with time zone, p_batch integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.purge_events(p_before timestamp with time zone, p_batch integer) TO wa_maintenance;

REVOKE ALL ON FUNCTION wa.purge_kept_payloads(p_before timestamp with time zone, p_waiting_before timestamp with time zone, p_batch integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.purge_kept_payloads(p_before timestamp with time zone, p_waiting_before timestamp with time zone, p_batch integer) TO wa_maintenance;

REVOKE ALL ON FUNCTION wa.purge_media(p_before timestamp with time zone, p_batch integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.purge_media(p_before timestamp with time zone, p_batch integer) TO wa_maintenance;

REVOKE ALL ON FUNCTION wa.purge_notifications(p_before timestamp with time zone, p_batch integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.purge_notifications(p_before timestamp with time zone, p_batch integer) TO wa_maintenance;

REVOKE ALL ON FUNCTION wa.purge_silences() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.purge_silences() TO wa_maintenance;

REVOKE ALL ON FUNCTION wa.purge_tasks(p_before timestamp with time zone, p_batch integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.purge_tasks(p_before timestamp with time zone, p_batch integer) TO wa_maintenance;

REVOKE ALL ON FUNCTION wa.queue_receipts(p_chats wa.chat[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.queue_receipts(p_chats wa.chat[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.raise_alert(p_kind text, p_group_key text, p_detail jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.raise_alert(p_kind text, p_group_key text, p_detail jsonb) TO wa_runtime;
GRANT ALL ON FUNCTION wa.raise_alert(p_kind text, p_group_key text, p_detail jsonb) TO wa_maintenance;

REVOKE ALL ON FUNCTION wa.raise_number_rate(p_changes jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.raise_number_rate(p_changes jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.read_choices(p_chat wa.chat, p_choices text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.read_choices(p_chat wa.chat, p_choices text[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.read_declaration(p_flow text, p_declaration jsonb, p_entries text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.read_declaration(p_flow text, p_declaration jsonb, p_entries text[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.read_document_value(p_value text, p_check text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.read_document_value(p_value text, p_check text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.read_link(p_body text, p_prefix text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.read_link(p_body text, p_prefix text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.read_location(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.read_location(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.read_message(p_body jsonb, p_contact jsonb, p_waba_id text, p_phone_number_id text, p_home_state text, p_sequence bigint, p_prefixes jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.read_message(p_body jsonb, p_contact jsonb, p_waba_id text, p_phone_number_id text, p_home_state text, p_sequence bigint, p_prefixes jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.read_page(p_data jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.read_page(p_data jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.read_phone(p_written text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.read_phone(p_written text) TO wa_runtime;
GRANT ALL ON FUNCTION wa.read_phone(p_written text) TO wa_privacy;

REVOKE ALL ON FUNCTION wa.read_shared_phone(p_message jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.read_shared_phone(p_message jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.read_time(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.read_time(p_text text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.read_uuid(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.read_uuid(p_text text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.read_webhook(p_payload jsonb, OUT messages wa.message[], OUT foreign_messages wa.message[], OUT statuses jsonb, OUT rest jsonb, OUT unattributed jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.read_webhook(p_payload jsonb, OUT messages wa.message[], OUT foreign_messages wa.message[], OUT statuses jsonb, OUT rest jsonb, OUT unattributed jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.recognize_life() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.recognize_life() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.record_action(p_agent text, p_action text, p_user_id uuid, p_phone_number_id text, p_notification_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.record_action(p_agent text, p_action text, p_user_id uuid, p_phone_number_id text, p_notification_id bigint) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.record_failures(p_messages wa.message[], p_errors text[], p_failed_at timestamp with time zone[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.record_failures(p_messages wa.message[], p_errors text[], p_failed_at timestamp with time zone[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.refuse_agent(p_place public.chat_state) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.refuse_agent(p_place public.chat_state) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.refuse_ledger_change() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.refuse_ledger_change() TO wa_basket_owner;

REVOKE ALL ON FUNCTION wa.refuse_to_remove_occupied_state() FROM PUBLIC;

REVOKE ALL ON FUNCTION wa.refuse_transition() FROM PUBLIC;

REVOKE ALL ON FUNCTION wa.release_media_objects() FROM PUBLIC;

REVOKE ALL ON FUNCTION wa.release_successors(p_user_ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.release_successors(p_user_ids uuid[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.release_template() FROM PUBLIC;

REVOKE ALL ON FUNCTION wa.release_waiting(p_user_ids uuid[], p_phone_number_ids text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.release_waiting(p_user_ids uuid[], p_phone_number_ids text[]) TO wa_runtime;

REVOKE ALL ON PROCEDURE wa.remove_flow(IN p_flow text) FROM PUBLIC;

REVOKE ALL ON FUNCTION wa.replace_flow_rows(p_base jsonb, p_rows jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.replace_flow_rows(p_base jsonb, p_rows jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.replace_flow_states(p_flow text, p_base jsonb, p_rows jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.replace_flow_states(p_flow text, p_base jsonb, p_rows jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.replay_failed_event(p_wa_message_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.replay_failed_event(p_wa_message_id text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.request_media_link(p_chat wa.chat, p_media bigint, p_lifetime interval, p_state text, p_late_state text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.request_media_link(p_chat wa.chat, p_media bigint, p_lifetime interval, p_state text, p_late_state text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.request_reading(p_chat wa.chat, p_media bigint, p_state text, p_late_state text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.request_reading(p_chat wa.chat, p_media bigint, p_state text, p_late_state text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.request_task(p_chat wa.chat, p_kind text, p_input jsonb, p_dedupe_key text, p_state text, p_late_state text, p_deadline interval, p_max_attempts integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.request_task(p_chat wa.chat, p_kind text, p_input jsonb, p_dedupe_key text, p_state text, p_late_state text, p_deadline interval, p_max_attempts integer) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.requeue_failed_notification() FROM PUBLIC;

REVOKE ALL ON FUNCTION wa.require_deliverable(p_user_id uuid, p_phone_number_id text, p_payload jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.require_deliverable(p_user_id uuid, p_phone_number_id text, p_payload jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.require_open_basket(p_basket public.baskets) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.require_open_basket(p_basket public.baskets) TO wa_basket_owner;

REVOKE ALL ON FUNCTION wa.require_recipient(p_recipient text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.require_recipient(p_recipient text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.require_transition(p_from text, p_prefix text, p_to text, p_moves integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.require_transition(p_from text, p_prefix text, p_to text, p_moves integer) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.resolve_acting_profile(p_profile_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.resolve_acting_profile(p_profile_id uuid) TO wa_runtime;
GRANT ALL ON FUNCTION wa.resolve_acting_profile(p_profile_id uuid) TO wa_basket_owner;

REVOKE ALL ON FUNCTION wa.resolve_media(p_payload jsonb, p_phone_number_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.resolve_media(p_payload jsonb, p_phone_number_id text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.reverse_basket_contribution(p_reference text, p_reversal_reference text) FROM PUBLIC;

REVOKE ALL ON FUNCTION wa.run_step(p_state text, p_chats wa.chat[], p_moves integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.run_step(p_state text, p_chats wa.chat[], p_moves integer) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.run_steps(p_chats wa.chat[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.run_steps(p_chats wa.chat[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.save_chats(p_chats wa.chat[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.save_chats(p_chats wa.chat[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.say(p_chat wa.chat, p_key text, p_values jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.say(p_chat wa.chat, p_key text, p_values jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.search_people(p_search text, p_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.search_people(p_search text, p_most integer) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.seconds_since(p_moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.seconds_since(p_moment timestamp with time zone) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.sees_numbers() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.sees_numbers() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.send_wake_up() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.send_wake_up() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.settle_accepted(p_ids bigint[], p_lock_tokens uuid[], p_wa_message_ids text[], p_durations_ms integer[], OUT sent integer, OUT stale integer, OUT events jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.settle_accepted(p_ids bigint[], p_lock_tokens uuid[], p_wa_message_ids text[], p_durations_ms integer[], OUT sent integer, OUT stale integer, OUT events jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.settle_doubtful(p_doubtful text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.settle_doubtful(p_doubtful text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.settle_failed(p_results jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.settle_failed(p_results jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.settle_others(p_results jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.settle_others(p_results jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.settle_overtaken(p_ids bigint[], p_lock_tokens uuid[], p_wa_message_ids text[], p_durations_ms integer[], OUT sent integer, OUT stale integer, OUT events jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.settle_overtaken(p_ids bigint[], p_lock_tokens uuid[], p_wa_message_ids text[], p_durations_ms integer[], OUT sent integer, OUT stale integer, OUT events jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.shorten_text(p_text text, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.shorten_text(p_text text, p_limit integer) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.show_typing(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.show_typing(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.stay(p_replies jsonb, p_data jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.stay(p_replies jsonb, p_data jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_basket_close(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_basket_close(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_basket_contribute_amount(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_basket_contribute_amount(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_basket_contribute_confirm(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_basket_contribute_confirm(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_basket_create_confirm(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_basket_create_confirm(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_basket_create_goal(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_basket_create_goal(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_basket_create_name(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_basket_create_name(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_basket_create_place(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_basket_create_place(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_basket_create_visibility(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_basket_create_visibility(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_basket_detail(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_basket_detail(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_basket_join(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_basket_join(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_basket_join_code(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_basket_join_code(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_basket_join_confirm(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_basket_join_confirm(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_basket_leave(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_basket_leave(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_basket_list(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_basket_list(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_basket_nearby_list(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_basket_nearby_list(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_basket_nearby_place(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_basket_nearby_place(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_basket_share(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_basket_share(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_cancelled(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_cancelled(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_help(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_help(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_home(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_home(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_language(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_language(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_subscribe(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_subscribe(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.step_unsubscribe(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.step_unsubscribe(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.strip_accents(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.strip_accents(p_text text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.summarize_alerts() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.summarize_alerts() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.summarize_clock() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.summarize_clock() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.summarize_handovers() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.summarize_handovers() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.summarize_kept_payloads() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.summarize_kept_payloads() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.summarize_media() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.summarize_media() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.summarize_numbers() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.summarize_numbers() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.summarize_queue() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.summarize_queue() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.summarize_retention() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.summarize_retention() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.summarize_rights() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.summarize_rights() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.summarize_roles() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.summarize_roles() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.summarize_send_failures() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.summarize_send_failures() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.summarize_tasks() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.summarize_tasks() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.summarize_traffic() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.summarize_traffic() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.take_people_home(p_states text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.take_people_home(p_states text[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.task_result(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.task_result(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.tell_of_failures(p_messages wa.message[], p_failed_at timestamp with time zone[]) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.tell_of_failures(p_messages wa.message[], p_failed_at timestamp with time zone[]) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.tell_of_left_out() FROM PUBLIC;

REVOKE ALL ON FUNCTION wa.tell_step_line(p_context text) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.tell_step_line(p_context text) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.try_apart(p_what text, p_items jsonb, p_payload jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.try_apart(p_what text, p_items jsonb, p_payload jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.typed(p_chat wa.chat) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.typed(p_chat wa.chat) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.wait_for(p_chat wa.chat, p_task bigint, p_key text, p_data jsonb, p_values jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.wait_for(p_chat wa.chat, p_task bigint, p_key text, p_data jsonb, p_values jsonb) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.wake_desk(p_user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.wake_desk(p_user_id uuid) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.wake_notifier() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.wake_notifier() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.want_media(p_messages wa.message[], p_is_asked boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.want_media(p_messages wa.message[], p_is_asked boolean) TO wa_runtime;

REVOKE ALL ON FUNCTION wa.warn_of_expiry(p_waiting_before timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION wa.warn_of_expiry(p_waiting_before timestamp with time zone) TO wa_maintenance;

REVOKE ALL ON FUNCTION wa.warn_of_waiting() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.warn_of_waiting() TO wa_runtime;

REVOKE ALL ON FUNCTION wa.write_temporary_file() FROM PUBLIC;
GRANT ALL ON FUNCTION wa.write_temporary_file() TO wa_runtime;

GRANT SELECT,INSERT ON TABLE public.basket_contributions TO wa_basket_owner;

GRANT SELECT,INSERT,DELETE ON TABLE public.basket_members TO wa_basket_owner;

GRANT UPDATE(user_id) ON TABLE public.basket_members TO wa_basket_owner;

GRANT UPDATE(role) ON TABLE public.basket_members TO wa_basket_owner;

GRANT UPDATE(joined_at) ON TABLE public.basket_members TO wa_basket_owner;

GRANT SELECT,INSERT,UPDATE ON TABLE public.notifications TO wa_runtime;
GRANT SELECT,DELETE ON TABLE public.notifications TO wa_maintenance;
GRANT SELECT,DELETE ON TABLE public.notifications TO wa_privacy;
GRANT SELECT ON TABLE public.notifications TO wa_operator_role;

GRANT UPDATE(status) ON TABLE public.notifications TO wa_operator_role;

GRANT UPDATE(retry_count) ON TABLE public.notifications TO wa_operator_role;

GRANT UPDATE(next_attempt_at) ON TABLE public.notifications TO wa_operator_role;

GRANT SELECT,INSERT,DELETE ON TABLE public.webhook_logs TO wa_runtime;
GRANT SELECT,DELETE ON TABLE public.webhook_logs TO wa_privacy;
GRANT SELECT ON TABLE public.webhook_logs TO wa_operator_role;

GRANT SELECT ON TABLE wa.account_events TO wa_runtime;
GRANT SELECT,INSERT,UPDATE ON TABLE wa.account_events TO wa_operator_role;

GRANT SELECT ON TABLE wa.alert_kinds TO wa_runtime;
GRANT SELECT ON TABLE wa.alert_kinds TO wa_operator_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE wa.alert_occurrences TO wa_runtime;
GRANT SELECT,INSERT,DELETE ON TABLE wa.alert_occurrences TO wa_maintenance;
GRANT SELECT ON TABLE wa.alert_occurrences TO wa_privacy;
GRANT SELECT ON TABLE wa.alert_occurrences TO wa_operator_role;

GRANT UPDATE(detail) ON TABLE wa.alert_occurrences TO wa_privacy;

GRANT SELECT,INSERT,UPDATE ON TABLE wa.alerts TO wa_runtime;
GRANT SELECT,DELETE ON TABLE wa.alerts TO wa_maintenance;
GRANT SELECT,DELETE ON TABLE wa.alerts TO wa_operator_role;
GRANT SELECT ON TABLE wa.alerts TO wa_privacy;

GRANT UPDATE(detail) ON TABLE wa.alerts TO wa_privacy;

GRANT SELECT ON TABLE wa.alert_overview TO wa_operator_role;

GRANT SELECT ON TABLE wa.applied_files TO wa_operator_role;

GRANT SELECT ON TABLE wa.applied_migrations TO wa_operator_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE wa.basket_join_attempts TO wa_basket_owner;

GRANT SELECT ON TABLE wa.consent_words TO wa_runtime;
GRANT SELECT,INSERT,DELETE ON TABLE wa.consent_words TO wa_operator_role;

GRANT SELECT,INSERT ON TABLE wa.desk_actions TO wa_runtime;
GRANT SELECT,DELETE ON TABLE wa.desk_actions TO wa_maintenance;
GRANT SELECT ON TABLE wa.desk_actions TO wa_privacy;

GRANT UPDATE(user_id) ON TABLE wa.desk_actions TO wa_privacy;

GRANT UPDATE(notification_id) ON TABLE wa.desk_actions TO wa_privacy;

GRANT SELECT,INSERT,DELETE ON TABLE wa.desk_notes TO wa_runtime;
GRANT SELECT,DELETE ON TABLE wa.desk_notes TO wa_privacy;

GRANT SELECT ON TABLE wa.document_fields TO wa_runtime;

GRANT SELECT ON TABLE wa.erased_digests TO wa_runtime;
GRANT SELECT,DELETE ON TABLE wa.erased_digests TO wa_maintenance;
GRANT SELECT,INSERT,UPDATE ON TABLE wa.erased_digests TO wa_privacy;

GRANT SELECT ON TABLE wa.flow_states TO wa_runtime;
GRANT SELECT ON TABLE wa.flow_states TO wa_operator_role;

GRANT SELECT ON TABLE wa.flow_transitions TO wa_runtime;
GRANT SELECT ON TABLE wa.flow_transitions TO wa_operator_role;

GRANT SELECT ON TABLE wa.flows TO wa_runtime;

GRANT SELECT ON TABLE wa.hand_back_words TO wa_runtime;
GRANT SELECT,INSERT,DELETE ON TABLE wa.hand_back_words TO wa_operator_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE wa.kept_payloads TO wa_runtime;
GRANT SELECT,DELETE ON TABLE wa.kept_payloads TO wa_maintenance;
GRANT SELECT,DELETE ON TABLE wa.kept_payloads TO wa_privacy;
GRANT SELECT ON TABLE wa.kept_payloads TO wa_operator_role;

GRANT UPDATE(body) ON TABLE wa.kept_payloads TO wa_privacy;

GRANT SELECT ON TABLE wa.locales TO wa_runtime;
GRANT SELECT ON TABLE wa.locales TO wa_operator_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE wa.marketing_preferences TO wa_runtime;
GRANT SELECT,DELETE ON TABLE wa.marketing_preferences TO wa_privacy;
GRANT SELECT,DELETE ON TABLE wa.marketing_preferences TO wa_operator_role;

GRANT SELECT,INSERT,UPDATE ON TABLE wa.media TO wa_runtime;
GRANT SELECT,DELETE ON TABLE wa.media TO wa_maintenance;
GRANT SELECT,DELETE ON TABLE wa.media TO wa_privacy;
GRANT SELECT ON TABLE wa.media TO wa_operator_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE wa.media_cache TO wa_runtime;

GRANT SELECT ON TABLE wa.menu_items TO wa_runtime;

GRANT SELECT,INSERT,UPDATE ON TABLE wa.message_templates TO wa_runtime;
GRANT SELECT,INSERT,UPDATE ON TABLE wa.message_templates TO wa_operator_role;

GRANT SELECT ON TABLE wa.texts TO wa_runtime;
GRANT SELECT ON TABLE wa.texts TO wa_operator_role;

GRANT UPDATE(body) ON TABLE wa.texts TO wa_operator_role;

GRANT SELECT ON TABLE wa.missing_translations TO wa_operator_role;

GRANT SELECT,INSERT,UPDATE ON TABLE wa.number_pace TO wa_runtime;
GRANT SELECT ON TABLE wa.number_pace TO wa_operator_role;

GRANT UPDATE(rate_per_second) ON TABLE wa.number_pace TO wa_operator_role;

GRANT SELECT ON TABLE wa.numbers TO wa_runtime;
GRANT SELECT,INSERT,UPDATE ON TABLE wa.numbers TO wa_operator_role;

GRANT SELECT,INSERT,UPDATE ON TABLE wa.pair_pace TO wa_runtime;
GRANT SELECT,DELETE ON TABLE wa.pair_pace TO wa_privacy;

GRANT SELECT ON TABLE wa.phone_only_templates TO wa_runtime;
GRANT SELECT,INSERT,DELETE ON TABLE wa.phone_only_templates TO wa_operator_role;

GRANT SELECT,INSERT,UPDATE ON TABLE wa.profile_aliases TO wa_runtime;
GRANT SELECT,DELETE ON TABLE wa.profile_aliases TO wa_privacy;

GRANT SELECT,UPDATE ON TABLE wa.queue_state TO wa_runtime;
GRANT SELECT ON TABLE wa.queue_state TO wa_operator_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE wa.recipient_blocks TO wa_runtime;
GRANT SELECT,DELETE ON TABLE wa.recipient_blocks TO wa_privacy;
GRANT SELECT,DELETE ON TABLE wa.recipient_blocks TO wa_operator_role;

GRANT SELECT,INSERT,DELETE ON TABLE wa.rendered_menus TO wa_runtime;

GRANT SELECT ON TABLE wa.retention_state TO wa_runtime;
GRANT SELECT ON TABLE wa.retention_state TO wa_operator_role;
GRANT SELECT,UPDATE ON TABLE wa.retention_state TO wa_maintenance;

GRANT SELECT ON TABLE wa.rights TO wa_runtime;

GRANT SELECT,INSERT,UPDATE ON TABLE wa.server_presence TO wa_runtime;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE wa.service_windows TO wa_runtime;
GRANT SELECT,DELETE ON TABLE wa.service_windows TO wa_privacy;

GRANT SELECT ON TABLE wa.settings TO wa_runtime;
GRANT SELECT ON TABLE wa.settings TO wa_basket_owner;
GRANT SELECT ON TABLE wa.settings TO wa_maintenance;
GRANT SELECT ON TABLE wa.settings TO wa_operator_role;

GRANT UPDATE(value) ON TABLE wa.settings TO wa_operator_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE wa.silences TO wa_runtime;
GRANT SELECT,DELETE ON TABLE wa.silences TO wa_maintenance;
GRANT SELECT,DELETE ON TABLE wa.silences TO wa_privacy;
GRANT SELECT,DELETE ON TABLE wa.silences TO wa_operator_role;

GRANT SELECT ON TABLE wa.task_error_classes TO wa_runtime;
GRANT SELECT,INSERT,UPDATE ON TABLE wa.task_error_classes TO wa_operator_role;
