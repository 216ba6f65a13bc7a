// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/http_tunnels.h"

namespace rtspcore::server {

bool HttpTunnels::add(const Name &name, Place place) {
    return places_.lock()->emplace(name, place).second;
}

std::optional<HttpTunnels::Place> HttpTunnels::find(const Name &name) {
    auto places = places_.lock();
    const auto found = places->find(name);
    return found == places->end() ? std::nullopt : std::optional(found->second);
}

void HttpTunnels::set(const Name &name, Place place) {
    places_.lock()->insert_or_assign(name, place);
}

void HttpTunnels::remove(const Name &name) {
    places_.lock()->erase(name);
}

}  // namespace rtspcore::server
