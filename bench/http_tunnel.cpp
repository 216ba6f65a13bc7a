// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http_tunnel.h"

#include <glib.h>
#include <unistd.h>

namespace bench {

namespace {

std::string head(std::string_view method, const std::string &cookie, std::string_view fields) {
    return std::string(method) + " / HTTP/1.0\r\nx-sessioncookie: " + cookie + "\r\n" + std::string(fields) + "\r\n";
}

std::string base64(std::string_view text) {
    const std::unique_ptr<gchar, decltype(&g_free)> encoded(
        g_base64_encode(reinterpret_cast<const guchar *>(text.data()), text.size()), g_free);
    return encoded.get();
}

}  // namespace

HttpTunnel::HttpTunnel(std::unique_ptr<Carrier> get, std::unique_ptr<Carrier> post, const std::string &cookie)
    : get_(std::move(get)),
      post_(std::move(post)),
      opening_(head("GET", cookie, "Accept: application/x-rtsp-tunnelled\r\n"), 200),
      // By convention a large number that means nothing.
      waiting_(head("POST", cookie, "Content-Type: application/x-rtsp-tunnelled\r\nContent-Length: 32767\r\n")) {}

std::string HttpTunnel::next_cookie() {
    static unsigned number = 0;
    return "bench" + std::to_string(getpid()) + "x" + std::to_string(++number);
}

bool HttpTunnel::send(std::string_view request) {
    waiting_ += base64(request);
    return opening_.begin(*get_) && flush();
}

bool HttpTunnel::flush() {
    return !opening_.is_over() || waiting_.empty() || post_->send(std::exchange(waiting_, {}));
}

Carrier::Received HttpTunnel::receive(std::span<uint8_t> into) {
    Received received = get_->receive(into);
    opening_.take_head(received, into);
    received.open = received.open && flush();
    return received;
}

}  // namespace bench
