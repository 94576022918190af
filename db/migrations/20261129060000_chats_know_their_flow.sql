-- squawk-ignore prefer-robust-stmts
alter type wa.chat add attribute prefix text;

comment on type wa.chat is
'A conversation while it is moved on, and the one argument of a step: whose it is, how to reach that user, the user''s name and language; the business number; the state, what the chat remembers, and until when; whether the state is being entered rather than answered; the message that was said; the replies to it, in order, and the moment that orders them; what the names of the state''s flow begin with (null: they are whole).';
