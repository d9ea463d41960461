#!/bin/sh
# Installed by mailfleet.autodiscover. The mail server accepts mail only from where somebody has just logged in to
# POP3 (POP before SMTP), so this logs in before each sending.
#
#   pop-first ACCOUNT             log in to POP3, and no more
#   pop-first ACCOUNT send ...    log in, then give the mail on standard input to msmtp with these arguments
#
# ACCOUNT.mpoprc and ACCOUNT.msmtprc lie beside this file. They hold no password: mpop and msmtp take it from the
# command in passwordeval, from ~/.netrc, or from the secret service.
# Exit code 75 means that nothing was sent and that sending can be tried again.

here=$(dirname "$0")
account=$1
# In English, of which nothing is lost when the server's words are made harmless: whatever could control a terminal
# becomes a question mark, and there is one line of them, of at most 500 characters.
if ! problem=$(LANGUAGE=en mpop --file="$here/$account.mpoprc" --auth-only --quiet 2>&1 </dev/null); then
    problem=$(printf '%s' "$problem" | LC_ALL=C tr '\n\t' '  ' | LC_ALL=C tr -c ' -~' '?' | LC_ALL=C cut -c 1-500)
    printf '%s\n' "The mail was not sent: this server wants a login to POP3 first, and that failed. $problem" >&2
    exit 75
fi
if [ "$2" != send ]; then
    exit 0
fi
shift 2
exec msmtp --file="$here/$account.msmtprc" "$@"
