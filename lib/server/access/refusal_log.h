// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "server/access/access_control.h"
#include "server/access/turned_away.h"

namespace rtspcore::server::access {

// One line per refusal, at level WARNING of the debug category `rtspaccess`, for people and for fail2ban
// (contrib/fail2ban): "refused 192.0.2.7: wrong credentials for /cam". Being asked for credentials is no refusal.
// Never tells user names, which may be passwords typed in the wrong place. Safe.
void log_refusal(const Inquiry &inquiry, Refusal refusal);
// The same for a whole connection: "refused 192.0.2.7: its address is denied". At level INFO: it is no guess.
void log_turned_away(const net::SocketAddress &peer, const TurnedAway &reason);

}  // namespace rtspcore::server::access
